//! One word for what a unit does, for people and for the web.

use serde::Serialize;

use crate::systemd::Unit;

/// What a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its process runs; the game may still be loading its map.
    Running,
    /// Its stack is being mounted, or its process made.
    Starting,
    /// It ended by itself, and systemd starts it again in a moment.
    Restarting,
    /// It has been asked to end, or its stack is being unmounted.
    Stopping,
    /// It is down, as somebody wished or because it quit.
    Stopped,
    /// It is down because it failed, and systemd does not try again.
    Failed,
    /// systemd says something that we do not know.
    Unknown,
}

impl State {
    /// The state of a unit; one that systemd has not loaded is stopped.
    #[must_use]
    pub fn of(unit: Option<&Unit>) -> Self {
        let Some(unit) = unit else { return Self::Stopped };
        match (unit.active.as_str(), unit.sub.as_str()) {
            ("active" | "reloading" | "refreshing", _) => Self::Running,
            ("activating", sub) if sub.starts_with("auto-restart") => Self::Restarting,
            ("activating", _) => Self::Starting,
            ("deactivating", _) => Self::Stopping,
            ("inactive", _) => Self::Stopped,
            ("failed", _) => Self::Failed,
            _ => Self::Unknown,
        }
    }

    /// Whether nothing runs and nothing will by itself.
    #[must_use]
    pub fn is_down(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed)
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Starting => "starting",
            Self::Restarting => "restarting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("active", "running", State::Running)]
    #[case("active", "exited", State::Running)]
    #[case("reloading", "reload", State::Running)]
    #[case("activating", "start-pre", State::Starting)]
    #[case("activating", "start", State::Starting)]
    #[case("activating", "auto-restart", State::Restarting)]
    #[case("activating", "auto-restart-queued", State::Restarting)]
    #[case("deactivating", "stop-sigterm", State::Stopping)]
    #[case("deactivating", "stop-post", State::Stopping)]
    #[case("inactive", "dead", State::Stopped)]
    #[case("failed", "failed", State::Failed)]
    #[case("maintenance", "cleaning", State::Unknown)]
    fn words(#[case] active: &str, #[case] sub: &str, #[case] state: State) {
        let unit = Unit { unit: "u".to_owned(), active: active.to_owned(), sub: sub.to_owned() };
        assert_eq!(State::of(Some(&unit)), state);
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        assert_eq!(state.is_down(), state != State::Unknown && unit.is_down());
    }

    #[test]
    fn a_unit_that_is_not_loaded_is_stopped() {
        assert_eq!(State::of(None), State::Stopped);
    }
}
