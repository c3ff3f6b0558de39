//! How far an install is, from the lines that it prints.

use serde::{Deserialize, Serialize};

/// How far a verb is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The step that it is at, such as `windows pass of steamcmd`.
    pub step: String,
    /// What is done in it, such as `downloading`; empty when nothing is counted.
    pub phase: String,
    /// How much of the phase is done, 0 to 100; none when nothing is counted.
    pub percent: Option<f32>,
    /// The same in bytes, as text: `12.00 MiB of 100.00 MiB`; empty when they are not counted.
    pub amount: String,
}

impl Progress {
    /// Takes a line; true when it says something new about the progress.
    pub fn read(&mut self, line: &str) -> bool {
        if let Some(step) = line.strip_prefix("step: ") {
            *self = Self { step: step.to_owned(), ..Self::default() };
            return true;
        }
        let Some((phase, percent, amount)) = line.strip_prefix("progress: ").and_then(parse) else { return false };
        phase.clone_into(&mut self.phase);
        self.percent = Some(percent);
        amount.clone_into(&mut self.amount);
        true
    }
}

/// `downloading 12.34 % (12.00 MiB of 100.00 MiB)`
fn parse(text: &str) -> Option<(&str, f32, &str)> {
    let (before, after) = text.split_once(" %")?;
    let (phase, percent) = before.rsplit_once(' ')?;
    let percent: f32 = percent.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))?;
    let amount = after.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    Some((phase, percent, amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn steps_and_progress_are_read() {
        let mut progress = Progress::default();
        assert!(progress.read("step: windows pass of steamcmd"));
        assert_eq!((progress.step.as_str(), progress.percent), ("windows pass of steamcmd", None));
        assert!(progress.read("progress: verifying update 12.34 % (12.00 MiB of 100.00 MiB)"));
        assert_eq!(progress.phase, "verifying update");
        assert_eq!(progress.percent, Some(12.34));
        assert_eq!(progress.amount, "12.00 MiB of 100.00 MiB");
        assert!(progress.read("progress: committing 100.00 %"));
        assert_eq!((progress.step.as_str(), progress.amount.as_str()), ("windows pass of steamcmd", ""));
        assert!(progress.read("step: publishing"));
        assert_eq!(progress, Progress { step: "publishing".to_owned(), ..Progress::default() });
    }

    #[rstest]
    #[case("")]
    #[case("Success! App '222860' fully installed.")]
    #[case("progress: downloading")]
    #[case("progress: downloading much %")]
    #[case("progress: downloading 101 %")]
    #[case("progress: downloading NaN %")]
    fn other_lines_say_nothing(#[case] line: &str) {
        let mut progress = Progress::default();
        assert!(!progress.read(line));
        assert_eq!(progress, Progress::default());
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "(progress: |step: )?\\PC*") {
            Progress::default().read(&line);
        }
    }
}
