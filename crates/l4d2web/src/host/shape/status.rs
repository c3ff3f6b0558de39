//! `l4d2ctl status`

use serde::{Deserialize, Serialize};

use crate::id::ServerId;

/// What a server does, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its process runs; the game may still be loading its map.
    Running,
    /// Its files are being mounted, or its process made.
    Starting,
    /// It ended by itself, and is started again in a moment.
    Restarting,
    /// It is on its way down.
    Stopping,
    /// It is down, as somebody wished or because it quit.
    Stopped,
    /// It is down because it failed, and is not started again.
    Failed,
    /// Something that is not known here.
    #[serde(other)]
    Unknown,
}

impl State {
    /// Whether nothing runs and nothing will by itself.
    #[must_use]
    pub fn is_down(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed)
    }

    /// Whether it is between two states and gets to one by itself.
    #[must_use]
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Starting | Self::Restarting | Self::Stopping)
    }
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its name for `l4d2ctl`.
    pub name: String,
    /// What it does.
    pub state: State,
    /// systemd's own word.
    pub active: String,
    /// systemd's second word.
    pub sub: String,
    /// Whether it starts at boot.
    pub enabled: bool,
    /// The port that its spec gives it; none when the spec cannot be read.
    pub port: Option<u16>,
    /// The port that it runs with; none when it is down.
    #[serde(default)]
    pub running_port: Option<u16>,
    /// Whether newer layers are published than those that it runs on.
    pub stale: bool,
    /// Whether its spec says something else than what it runs with.
    #[serde(default)]
    pub spec_changed: bool,
    /// Its layers, the one on top first.
    pub layers: Vec<LayerStatus>,
    /// The references among them that are plain directories of an admin.
    pub plain_layers: Vec<String>,
    /// When it last started, in seconds since 1970.
    pub started_at: Option<i64>,
    /// When it last ended, in seconds since 1970; none while it runs.
    pub ended_at: Option<i64>,
    /// systemd's word for how it ended: `success`, `exit-code`, `signal` …
    pub result: Option<String>,
    /// `exited`, `killed` or `dumped`.
    pub exit_kind: Option<String>,
    /// The exit code, or the name of the signal.
    pub exit_status: Option<String>,
    /// Why it does not run, as a clause; none when it runs or is on its way up or down.
    pub reason: Option<String>,
    /// What is odd, in plain words.
    pub warnings: Vec<String>,
    /// How often systemd has started it again by itself since somebody last did; none when that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarts: Option<u32>,
}

impl Status {
    /// The port that players join while it is up, when that is known.
    #[must_use]
    pub fn joined_port(&self) -> Option<u16> {
        self.running_port.filter(|_| !self.state.is_down())
    }

    /// Which of the panel's servers it is; none when the panel did not make it.
    #[must_use]
    pub fn server(&self) -> Option<ServerId> {
        ServerId::of_name(&self.name)
    }
}

/// A layer of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerStatus {
    /// The overlay's reference, or `installation`.
    pub reference: String,
    /// The tree that the server runs on; none when it is down, or when the layer is new in its spec.
    pub pinned: Option<String>,
    /// The tree that a start would use; none when it is gone.
    pub current: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;

    #[test]
    fn golden() {
        let status: Status = check_golden(include_str!("../../../../l4d2host/tests/golden/status.json"));
        assert_eq!(status.state, State::Running);
        assert_eq!(status.started_at, Some(1_793_620_800));
        assert_eq!(status.server(), None);
        let all: Vec<Status> = check_golden(include_str!("../../../../l4d2host/tests/golden/status_all.json"));
        assert!(all.iter().any(|status| status.state == State::Failed && status.reason.is_some()));
    }

    #[test]
    fn a_word_of_a_later_version_is_unknown() {
        assert_eq!(serde_json::from_str::<State>("\"hibernating\"").unwrap(), State::Unknown);
    }
}
