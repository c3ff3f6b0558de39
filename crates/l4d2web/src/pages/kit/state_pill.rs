//! The shape and the word of a state.

/// A state as it is shown: a class of `app.css` (which gives shape and tint) and a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePill {
    /// One of `running moving stopped failed drift stale queued done`.
    pub class: &'static str,
    /// One or two words, the first with a capital.
    pub word: String,
}

impl StatePill {
    /// Should run, runs.
    #[must_use]
    pub fn running() -> Self {
        Self::new("running", "Running")
    }

    /// A job is at it: `Starting`, `Stopping`, `Building`.
    #[must_use]
    pub fn moving(word: &str) -> Self {
        Self::new("moving", word)
    }

    /// As intended: `Stopped`, `Inactive`.
    #[must_use]
    pub fn stopped(word: &str) -> Self {
        Self::new("stopped", word)
    }

    /// The last thing tried did not work.
    #[must_use]
    pub fn failed(word: &str) -> Self {
        Self::new("failed", word)
    }

    /// Not as it should be, and nobody here did it: `Down`, `Up`, `Clash`.
    #[must_use]
    pub fn drift(word: &str) -> Self {
        Self::new("drift", word)
    }

    /// Works, and something newer waits.
    #[must_use]
    pub fn stale(word: &str) -> Self {
        Self::new("stale", word)
    }

    /// `Queued`, `Waiting`.
    #[must_use]
    pub fn queued(word: &str) -> Self {
        Self::new("queued", word)
    }

    /// `Done`, `Ready`, `Built`.
    #[must_use]
    pub fn done(word: &str) -> Self {
        Self::new("done", word)
    }

    fn new(class: &'static str, word: &str) -> Self {
        Self { class, word: word.to_owned() }
    }

    /// The pill of a job, from the `state` of its row.
    #[must_use]
    pub fn of_job(state: &str) -> Self {
        match state {
            "queued" => Self::queued("Queued"),
            "running" => Self::moving("Running"),
            "cancelling" => Self::moving("Cancelling"),
            "succeeded" => Self::done("Done"),
            "failed" => Self::failed("Failed"),
            "cancelled" => Self::stopped("Cancelled"),
            _ => Self::stopped("Cut off"),
        }
    }
}

/// The shape of the latch that belongs to a pill's class: there are five.
#[must_use]
pub fn latch(class: &str) -> &'static str {
    match class {
        "running" | "stale" | "done" => "running",
        "moving" | "queued" => "moving",
        "failed" => "failed",
        "drift" => "drift",
        _ => "stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("queued", "queued", "Queued")]
    #[case("running", "moving", "Running")]
    #[case("cancelling", "moving", "Cancelling")]
    #[case("succeeded", "done", "Done")]
    #[case("failed", "failed", "Failed")]
    #[case("cancelled", "stopped", "Cancelled")]
    #[case("interrupted", "stopped", "Cut off")]
    fn each_state_of_a_job_has_a_pill(#[case] state: &str, #[case] class: &str, #[case] word: &str) {
        let pill = StatePill::of_job(state);
        assert_eq!((pill.class, pill.word.as_str()), (class, word));
    }

    #[rstest]
    #[case("running", "running")]
    #[case("stale", "running")]
    #[case("moving", "moving")]
    #[case("stopped", "stopped")]
    #[case("failed", "failed")]
    #[case("drift", "drift")]
    fn the_latch_follows_the_pill(#[case] class: &str, #[case] shape: &str) {
        assert_eq!(latch(class), shape);
    }
}
