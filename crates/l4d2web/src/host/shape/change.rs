//! `l4d2ctl watch`

use serde::{Deserialize, Serialize};

use crate::id::ServerId;

/// A unit started or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The unit, without `.service`.
    pub unit: String,
    /// The server's name for `l4d2ctl`; none when it is no server's unit.
    pub name: Option<String>,
    /// When it last started, in seconds since 1970.
    pub started_at: Option<i64>,
    /// When it last ended, in seconds since 1970; none while it runs.
    pub ended_at: Option<i64>,
    /// systemd's word for how it ended.
    pub result: Option<String>,
    /// `exited`, `killed` or `dumped`.
    pub exit_kind: Option<String>,
    /// The exit code, or the name of the signal.
    pub exit_status: Option<String>,
}

impl Change {
    /// Which of the panel's servers it is; none when it is another unit.
    #[must_use]
    pub fn server(&self) -> Option<ServerId> {
        self.name.as_deref().and_then(ServerId::of_name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;

    #[test]
    fn golden() {
        let changes: Vec<Change> = check_golden(include_str!("../../../../l4d2host/tests/golden/watch.json"));
        assert_eq!(changes[1].exit_status.as_deref(), Some("SEGV"));
    }

    #[test]
    fn only_the_panels_servers_have_a_number() {
        let change = |name: &str| {
            let json = format!(
                r#"{{"unit":"u","name":"{name}","started_at":1,"ended_at":null,"result":null,"exit_kind":null,"exit_status":null}}"#
            );
            serde_json::from_str::<Change>(&json).unwrap().server()
        };
        assert_eq!(change("7"), Some(ServerId(7)));
        assert_eq!(change("07"), None);
        assert_eq!(change("alpha"), None);
    }
}
