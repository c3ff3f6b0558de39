//! Taking in what the host says of a server: it is stored, and a crash that it tells of is noted, whoever has asked.

use super::crashes;
use crate::db::servers::Desired;
use crate::db::watched::{self, Watched};
use crate::db::{self, Db};
use crate::host::shape::{State, Status};
use crate::servers::{crash, crash_for_good};

/// How much later than its end systemd starts a server again, at most, in seconds: the crash that was seen then, and no other.
const SOON: i64 = 60;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenIn {
    /// It was known.
    Same,
    /// It is stored.
    New,
    /// Somebody else has stored one meanwhile: nobody knows which is newer.
    Raced,
}

/// Takes in an answer of the host, none when it does not know the server; `before` was read before the question.
///
/// # Errors
///
/// When the database fails.
pub async fn take_in(db: &Db, before: &Watched, status: Option<&Status>, now: i64) -> db::Result<TakenIn> {
    let known: Option<Status> = before.status.as_deref().and_then(|status| serde_json::from_str(status).ok());
    // That is asked for once in a while, and not stored.
    let restarts = status.and_then(|status| status.restarts).unwrap_or(0);
    let status = status.map(|status| Status { restarts: None, ..status.clone() });
    if known == status && known.is_some() == before.status.is_some() {
        return Ok(TakenIn::Same);
    }
    // First the crash, which is noted once however often it is told: a panel that is killed in between has not lost it.
    if let Some(status) = &status {
        let (id, at) = (before.id, status.ended_at.unwrap_or(now));
        if let Some(how) = crash(status) {
            db::servers::note_crash(db, id, &how, at).await?;
            crashes::note(db, id, at, &how, true, now).await?;
        } else if let Some(at) =
            came_back(known.as_ref(), status, restarts).filter(|_| before.desired == Desired::Running)
        {
            let how = "ended by itself while the panel was away";
            db::servers::note_crash(db, id, how, at).await?;
            crashes::note(db, id, at, how, true, now).await?;
        } else if let Some(how) = crash_for_good(status).filter(|_| before.desired == Desired::Running && !before.busy)
        {
            crashes::note(db, id, at, &how, false, now).await?;
        }
    }
    let text = status.and_then(|status| serde_json::to_string(&status).ok());
    Ok(if watched::set_status(db, before, text.as_deref(), now).await? { TakenIn::New } else { TakenIn::Raced })
}

/// When a server has ended that runs now, by the hand of systemd, and whose end nobody saw.
fn came_back(known: Option<&Status>, now: &Status, restarts: u32) -> Option<i64> {
    let (known, started) = (known?, now.started_at?);
    // Whoever starts it makes systemd count anew.
    if restarts == 0 || now.state != State::Running || known.started_at == Some(started) {
        return None;
    }
    let seen = known.state == State::Restarting && known.ended_at.is_some_and(|ended| started - ended <= SOON);
    (!seen).then_some(started - 1)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn status(state: State, started_at: i64, ended_at: Option<i64>) -> Status {
        let golden = include_str!("../../../l4d2host/tests/golden/status.json");
        Status { state, started_at: Some(started_at), ended_at, ..serde_json::from_str(golden).unwrap() }
    }

    #[rstest]
    #[case::it_came_back(State::Running, 100, None, 1, Some(499))]
    #[case::somebody_started_it(State::Running, 100, None, 0, None)]
    #[case::it_runs_as_it_did(State::Running, 500, None, 3, None)]
    #[case::its_end_was_seen(State::Restarting, 100, Some(495), 1, None)]
    #[case::another_end_was_seen(State::Restarting, 100, Some(300), 2, Some(499))]
    #[case::it_was_down(State::Failed, 100, Some(300), 1, Some(499))]
    fn who_came_back_unseen(
        #[case] state: State,
        #[case] started_at: i64,
        #[case] ended_at: Option<i64>,
        #[case] restarts: u32,
        #[case] expected: Option<i64>,
    ) {
        let known = status(state, started_at, ended_at);
        assert_eq!(came_back(Some(&known), &status(State::Running, 500, None), restarts), expected);
        assert_eq!(came_back(None, &status(State::Running, 500, None), restarts), None, "it was never seen");
    }
}
