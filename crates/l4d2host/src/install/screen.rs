//! What steamcmd says, on its way to a person: its lines as they are, its progress as a bar on a terminal and as a few
//! lines elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::event::{Event, Progress};
use crate::report;

/// Hundredths of a percent between two lines of a phase.
const STEP: u16 = 500;
/// Most phases that are told apart; the names are foreign.
const PHASES_MAX: usize = 32;

/// Shows a pass.
#[derive(Debug)]
pub struct Screen {
    bar: Option<ProgressBar>,
    thinner: Thinner,
}

impl Screen {
    /// For standard output, whatever it is.
    #[must_use]
    pub fn new() -> Self {
        let bar = std::io::stdout().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(10_000), ProgressDrawTarget::stdout());
            let style =
                ProgressStyle::with_template("{wide_bar} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style)
        });
        Self { bar, thinner: Thinner::default() }
    }

    /// Shows one event.
    pub fn show(&mut self, event: &Event) {
        match (event, &self.bar) {
            (Event::Line(text), Some(bar)) => bar.suspend(|| report::line(text)),
            (Event::Line(text), None) => report::line(text),
            (Event::Progress(progress), Some(bar)) => {
                bar.set_position(progress.percent.into());
                bar.set_message(progress.to_string());
            }
            (Event::Progress(progress), None) => {
                if self.thinner.is_due(progress) {
                    report::line(&format!("progress: {progress}"));
                }
            }
            (Event::Success | Event::Failure(_), _) => {}
        }
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Picks one line for every 5 % of each phase. Phases take turns in steamcmd, and go back at times.
#[derive(Debug, Default)]
struct Thinner {
    next: BTreeMap<String, u16>,
}

impl Thinner {
    fn is_due(&mut self, progress: &Progress) -> bool {
        let known = self.next.len() < PHASES_MAX || self.next.contains_key(&progress.phase);
        if !known {
            return false;
        }
        let next = self.next.entry(progress.phase.clone()).or_default();
        if progress.percent < *next {
            return false;
        }
        *next = (progress.percent / STEP + 1) * STEP;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn progress(phase: &str, percent: u16) -> Progress {
        Progress { phase: phase.to_owned(), percent, done: 0, total: 0 }
    }

    #[test]
    fn one_line_for_five_percent_of_a_phase() {
        let mut thinner = Thinner::default();
        let input = [
            ("a", 0),
            ("a", 100),
            ("b", 0),
            ("a", 499),
            ("a", 500),
            ("a", 10),
            ("b", 9999),
            ("a", 1700),
            ("a", 1999),
            ("a", 2000),
        ];
        let due: Vec<_> =
            input.into_iter().filter(|(phase, percent)| thinner.is_due(&progress(phase, *percent))).collect();
        assert_eq!(due, [("a", 0), ("b", 0), ("a", 500), ("b", 9999), ("a", 1700), ("a", 2000)]);
    }

    proptest! {
        #[test]
        fn lines_stay_few(phases in prop::collection::vec(("[a-c]|[a-z]{0,3}", 0_u16..=10_000), 0..500)) {
            let mut thinner = Thinner::default();
            let due = phases.iter().filter(|(phase, percent)| thinner.is_due(&progress(phase, *percent))).count();
            prop_assert!(due <= PHASES_MAX * 21);
        }
    }
}
