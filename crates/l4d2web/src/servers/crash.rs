use crate::host::shape::{State, Status};

/// How a server ended that systemd is about to start again: a clause that follows "it", for `servers.crash`. None in any other state,
/// and when it is not known.
#[must_use]
pub fn crash(status: &Status) -> Option<String> {
    if status.state != State::Restarting {
        return None;
    }
    let how = status.reason.as_deref()?.strip_prefix("it ")?.split(", and systemd").next()?;
    Some(how.to_owned())
}

/// How a server ended that is not started again: a clause that follows "it". None in any other state.
#[must_use]
pub fn crash_for_good(status: &Status) -> Option<String> {
    if status.state != State::Failed {
        return None;
    }
    let reason = status.reason.as_deref().unwrap_or("it failed");
    Some(reason.strip_prefix("it ").map_or_else(|| format!("failed: {reason}"), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        State::Restarting,
        Some("it crashed with signal SEGV, and systemd starts it again in a moment"),
        Some("crashed with signal SEGV")
    )]
    #[case(State::Restarting, Some("systemd starts it again in a moment"), None)]
    #[case(State::Failed, Some("it crashed with signal SEGV"), None)]
    #[case(State::Running, None, None)]
    fn only_what_comes_back_is_a_crash(
        #[case] state: State,
        #[case] reason: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let mut status: Status =
            serde_json::from_str(include_str!("../../../l4d2host/tests/golden/status.json")).unwrap();
        status.state = state;
        status.reason = reason.map(str::to_owned);
        assert_eq!(crash(&status).as_deref(), expected);
    }
}
