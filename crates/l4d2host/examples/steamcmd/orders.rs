//! The file `orders`: what the tests want to happen. `main` documents each order.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::pause::Phase;
use crate::tree::Platform;

/// Which of the two passes an order is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Only(Platform),
    Both,
}

impl Pass {
    fn parse(word: &str) -> Option<Self> {
        if word == "both" { Some(Self::Both) } else { Platform::parse(word).map(Self::Only) }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Only(platform) => platform.name(),
            Self::Both => "both",
        }
    }

    /// Whether the pass of this platform is meant.
    pub(crate) fn covers(self, platform: Platform) -> bool {
        self == Self::Both || self == Self::Only(platform)
    }
}

/// An order without arguments that is given or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    Offline,
    ExitZero,
    SelfUpdate,
    SelfUpdateBeside,
    RenameDirectory,
    NoSteamclient,
    Unbuffered,
}

/// A failure that was ordered.
pub(crate) struct OrderedFailure {
    /// The pass that fails.
    pub(crate) pass: Pass,
    /// How it fails.
    pub(crate) failure: Failure,
    /// How many times; `None` is always.
    pub(crate) times: Option<u32>,
    /// Names the counter of this order.
    pub(crate) key: String,
}

/// All orders of a run.
#[derive(Default)]
pub(crate) struct Orders {
    pub(crate) build: Option<u32>,
    pub(crate) files: u32,
    pub(crate) failures: Vec<OrderedFailure>,
    pub(crate) pauses: Vec<(Phase, Pass)>,
    pub(crate) hang: Option<Pass>,
    pub(crate) incomplete: Option<PathBuf>,
    switches: Vec<Switch>,
    /// Of the whole text: a changed file starts its counters again.
    pub(crate) fingerprint: u64,
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
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let mut orders = Self { fingerprint: hasher.finish(), ..Self::default() };
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split('#').next().unwrap_or("").split_whitespace().collect();
            orders.take(&words).ok_or_else(|| format!("line {}: `{line}` is not an order", number + 1))?;
        }
        Ok(orders)
    }

    fn take(&mut self, words: &[&str]) -> Option<()> {
        match words {
            [] => {}
            ["build", number] => self.build = Some(number.parse().ok()?),
            ["files", number] => self.files = number.parse().ok()?,
            ["fail", pass, what] => self.fail(Pass::parse(pass)?, what, None)?,
            ["fail", pass, what, times] => self.fail(Pass::parse(pass)?, what, Some(times.parse().ok()?))?,
            [what @ ("no-subscription" | "rate-limit")] => self.fail(Pass::Both, what, None)?,
            ["pause-before", phase] => self.pauses.push((Phase::parse(phase)?, Pass::Both)),
            ["pause-before", phase, pass] => self.pauses.push((Phase::parse(phase)?, Pass::parse(pass)?)),
            ["hang"] => self.hang = Some(Pass::Both),
            ["hang", pass] => self.hang = Some(Pass::parse(pass)?),
            ["incomplete"] => self.incomplete = Some(PathBuf::from("srcds_run")),
            ["incomplete", path] => self.incomplete = Some(PathBuf::from(path)),
            ["self-update", "beside"] => self.switches.extend([Switch::SelfUpdate, Switch::SelfUpdateBeside]),
            [word] => self.switches.push(switch(word)?),
            _ => return None,
        }
        Some(())
    }

    fn fail(&mut self, pass: Pass, what: &str, times: Option<u32>) -> Option<()> {
        let failure = Failure::parse(what)?;
        self.failures.push(OrderedFailure { pass, failure, times, key: format!("{}-{what}", pass.name()) });
        Some(())
    }

    /// Whether this was ordered.
    pub(crate) fn has(&self, switch: Switch) -> bool {
        self.switches.contains(&switch)
    }

    /// The build that Steam has.
    pub(crate) fn latest(&self) -> u32 {
        self.build.unwrap_or(1)
    }
}

fn switch(word: &str) -> Option<Switch> {
    Some(match word {
        "offline" => Switch::Offline,
        "exit-zero" => Switch::ExitZero,
        "self-update" => Switch::SelfUpdate,
        "rename-directory" | "exdev-rename" => Switch::RenameDirectory,
        "no-steamclient" => Switch::NoSteamclient,
        "unbuffered" => Switch::Unbuffered,
        _ => return None,
    })
}
