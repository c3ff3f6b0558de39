//! The file `orders`: what shall happen. `main` documents each order.

use std::path::Path;
use std::time::Duration;

/// What an order makes a verb do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Trouble {
    Delay(Duration),
    Fail { code: u8, times: Option<u32>, key: String },
    Hold,
    Say(u32),
    Flood,
    Endless,
    Hang,
    Stubborn(u32),
    Malformed,
}

#[derive(Debug)]
struct Order {
    verb: String,
    subject: Option<String>,
    trouble: Trouble,
}

/// All orders of a run.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    list: Vec<Order>,
    pub(crate) install: Option<Duration>,
    pub(crate) build: Option<u32>,
    pub(crate) no_game: bool,
    pub(crate) trickle: Option<Duration>,
    pub(crate) record: bool,
}

impl Orders {
    /// Reads the file; a missing one orders nothing.
    pub(crate) fn load(path: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|problem| format!("{}: {problem}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut orders = Self::default();
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split('#').next().unwrap_or("").split_whitespace().collect();
            orders.take(&words).ok_or_else(|| format!("line {}: `{line}` is not an order", number + 1))?;
        }
        Ok(orders)
    }

    fn take(&mut self, words: &[&str]) -> Option<()> {
        let trouble = match *words {
            [] => return Some(()),
            ["install", seconds] => {
                self.install = Some(seconds_of(seconds)?);
                return Some(());
            }
            ["build", number] => {
                self.build = Some(number.parse().ok()?);
                return Some(());
            }
            ["trickle", milliseconds] => {
                self.trickle = Some(Duration::from_millis(milliseconds.parse().ok().filter(|ms| *ms > 0)?));
                return Some(());
            }
            ["no-game"] => {
                self.no_game = true;
                return Some(());
            }
            ["record"] => {
                self.record = true;
                return Some(());
            }
            ["delay", _, seconds] => Trouble::Delay(seconds_of(seconds)?),
            ["fail", verb, code] => Trouble::Fail { code: code.parse().ok()?, times: None, key: verb.to_owned() },
            ["fail", verb, code, times] => {
                let key = format!("fail-{}-{code}-{times}", verb.replace(':', "-"));
                Trouble::Fail { code: code.parse().ok()?, times: Some(times.parse().ok()?), key }
            }
            ["hold", _] => Trouble::Hold,
            ["say", _, lines] => Trouble::Say(lines.parse().ok()?),
            ["flood", _] => Trouble::Flood,
            ["endless", _] => Trouble::Endless,
            ["hang", _] => Trouble::Hang,
            ["stubborn", _, children] => Trouble::Stubborn(children.parse().ok()?),
            ["malformed", _] => Trouble::Malformed,
            _ => return None,
        };
        let (verb, subject) = words.get(1)?.split_once(':').map_or((*words.get(1)?, None), |(v, s)| (v, Some(s)));
        self.list.push(Order { verb: verb.to_owned(), subject: subject.map(str::to_owned), trouble });
        Some(())
    }

    /// What was ordered for this verb and subject, in the order of the file.
    pub(crate) fn of<'a>(&'a self, verb: &'a str, subject: &'a str) -> impl Iterator<Item = &'a Trouble> {
        let meant =
            move |order: &&Order| order.verb == verb && order.subject.as_deref().is_none_or(|wanted| wanted == subject);
        self.list.iter().filter(meant).map(|order| &order.trouble)
    }
}

fn seconds_of(text: &str) -> Option<Duration> {
    text.parse().ok().and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
}
