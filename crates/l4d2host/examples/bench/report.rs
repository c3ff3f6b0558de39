//! The table.

use std::fmt;
use std::time::Duration;

/// One measurement.
struct Row {
    what: String,
    ours: String,
    yardstick: String,
    compared: String,
    goal: String,
}

/// All measurements.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

/// What is wanted.
pub(crate) enum Goal {
    /// At most so much longer than the yardstick.
    More(Duration),
    /// At most so many times the yardstick.
    Times(f64),
    /// At least so many times less than the yardstick.
    Less(f64),
    /// Less than this, whatever the yardstick says.
    Under(Duration),
    /// No goal: to be known.
    None,
}

impl Table {
    /// Adds a row: what was measured, how long we took, what the yardstick is and how long that took.
    pub(crate) fn add(&mut self, what: &str, ours: Duration, yardstick: &str, other: Duration, goal: &Goal) {
        let (a, b) = (ours.as_secs_f64(), other.as_secs_f64());
        let verdict = |met: bool| if met { "met" } else { "**missed**" };
        let difference = format!("{:+.1} ms", (a - b) * 1e3);
        let (compared, goal) = match goal {
            Goal::More(limit) => (
                difference,
                format!("at most {} ms more: {}", limit.as_millis(), verdict(a - b <= limit.as_secs_f64())),
            ),
            Goal::Times(limit) => {
                (format!("{:.2} times", a / b), format!("at most {limit} times: {}", verdict(a / b <= *limit)))
            }
            Goal::Less(limit) => {
                (format!("1/{:.0}", b / a), format!("{limit} times less: {}", verdict(b / a >= *limit)))
            }
            Goal::Under(limit) => {
                (format!("{:.2} times", a / b), format!("under {} ms: {}", limit.as_millis(), verdict(ours < *limit)))
            }
            Goal::None => (format!("{:.2} times", a / b), String::new()),
        };
        let show = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        let yardstick = format!("{yardstick}: {}", show(other));
        self.0.push(Row { what: what.to_owned(), ours: show(ours), yardstick, compared, goal });
    }

    /// Adds a row about bytes, with a limit.
    pub(crate) fn add_bytes(&mut self, what: &str, ours: u64, yardstick: &str, other: u64, limit: u64) {
        let kib = |bytes: u64| format!("{} KiB", bytes / 1024);
        let met = if ours < limit { "met" } else { "**missed**" };
        self.0.push(Row {
            what: what.to_owned(),
            ours: kib(ours),
            yardstick: format!("{yardstick}: {}", kib(other)),
            compared: format!("1/{}", other / ours.max(1)),
            goal: format!("under {}: {met}", kib(limit)),
        });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| What | left4me | Yardstick | Compared | Goal |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        for row in &self.0 {
            writeln!(f, "| {} | {} | {} | {} | {} |", row.what, row.ours, row.yardstick, row.compared, row.goal)?;
        }
        Ok(())
    }
}
