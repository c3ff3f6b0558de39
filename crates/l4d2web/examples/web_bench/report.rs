//! The table.

use std::fmt::{self, Write as _};
use std::time::Duration;

/// What was measured, line by line.
#[derive(Default)]
pub(crate) struct Table(String);

impl Table {
    /// Adds a line; a goal is whether it is met, and what it is.
    pub(crate) fn row(&mut self, what: &str, ours: &str, yardstick: &str, other: &str, goal: Option<(bool, &str)>) {
        let yardstick = if yardstick.is_empty() { String::new() } else { format!("{yardstick}: {other}") };
        let goal = goal.map(|(met, goal)| format!("{goal}: {}", if met { "met" } else { "**missed**" }));
        eprintln!("{what}: {ours} {yardstick} {}", goal.as_deref().unwrap_or_default());
        let _ = writeln!(self.0, "| {what} | {ours} | {yardstick} | {} |", goal.unwrap_or_default());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| What | left4me | Yardstick | Goal |")?;
        writeln!(f, "|---|---|---|---|")?;
        f.write_str(&self.0)
    }
}

pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn us(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}

/// The value below which `share` of all are.
pub(crate) fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = ((times.len() - 1) as f64 * share).round() as usize;
    times[place]
}
