//! Whether a server is as it should be.

use crate::db::servers::Desired;
use crate::db::watched::{self, Watched};
use crate::host::shape::State;
use crate::live::Change;
use crate::state::AppState;

/// Looks at what is stored, and notes which servers are not (any more) as they should be.
pub(super) async fn reconsider(state: &AppState) -> crate::db::Result<()> {
    for server in watched::watched(&state.db, None).await? {
        let seen_at = seen_at(&server, state.clock.now());
        if seen_at != server.drift_seen_at {
            watched::set_drift(&state.db, server.id, seen_at).await?;
            state.bus.send(Change::Server(server.id));
        }
    }
    Ok(())
}

/// Since when the server is not as it should be.
fn seen_at(server: &Watched, now: i64) -> Option<i64> {
    let state = match &server.state {
        Some(word) => serde_json::from_value(word.clone().into()).unwrap_or(State::Unknown),
        // The host was asked, and does not know it: nothing of it runs.
        None if server.asked && server.status.is_none() => State::Stopped,
        None => State::Unknown,
    };
    is_drift(server.desired, state, server.busy).then(|| server.drift_seen_at.unwrap_or(now))
}

/// Whether that is a difference that nobody here is at work on.
fn is_drift(desired: Desired, state: State, busy: bool) -> bool {
    let other = match desired {
        Desired::Running => state.is_down(),
        Desired::Stopped => state == State::Running,
    };
    other && !busy
}

#[cfg(test)]
mod tests {
    use super::*;
    use Desired::{Running, Stopped};
    use rstest::rstest;

    #[rstest]
    #[case(Running, State::Running, false)]
    #[case(Running, State::Starting, false)]
    #[case(Running, State::Restarting, false)]
    #[case(Running, State::Stopped, true)]
    #[case(Running, State::Failed, true)]
    #[case(Running, State::Unknown, false)]
    #[case(Stopped, State::Running, true)]
    #[case(Stopped, State::Stopping, false)]
    #[case(Stopped, State::Stopped, false)]
    #[case(Stopped, State::Failed, false)]
    fn what_is_not_as_it_should_be(#[case] desired: Desired, #[case] state: State, #[case] drift: bool) {
        assert_eq!(is_drift(desired, state, false), drift);
        assert!(!is_drift(desired, state, true), "a job is at it");
    }

    #[rstest]
    #[case(Some("stopped"), None, Some(50))]
    #[case(Some("stopped"), Some(40), Some(40))]
    #[case(Some("running"), Some(40), None)]
    #[case(None, Some(40), None)]
    #[case(Some("a word of a later version"), Some(40), None)]
    fn since_when(#[case] word: Option<&str>, #[case] before: Option<i64>, #[case] now: Option<i64>) {
        assert_eq!(seen_at(&watched(word, before), 50), now);
    }

    #[test]
    fn what_the_host_does_not_know_any_more_is_down() {
        let server = Watched { asked: true, ..watched(None, None) };
        assert_eq!(seen_at(&server, 50), Some(50));
        assert_eq!(seen_at(&Watched { status: Some("no JSON".to_owned()), ..server }, 50), None);
    }

    fn watched(word: Option<&str>, drift_seen_at: Option<i64>) -> Watched {
        Watched {
            id: crate::id::ServerId(7),
            desired: Running,
            status: None,
            state: word.map(str::to_owned),
            asked: false,
            drift_seen_at,
            busy: false,
        }
    }
}
