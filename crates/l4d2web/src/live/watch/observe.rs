//! Asking the host what servers do, and storing what differs.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use super::drift;
use super::looks::Looks;
use crate::care;
use crate::db::servers::{Desired, note_crash};
use crate::db::watched::{self, Watched};
use crate::host::HostError;
use crate::host::shape::Status;
use crate::id::ServerId;
use crate::live::Change;
use crate::servers::{crash, crash_for_good};
use crate::state::AppState;

/// The exit code of `l4d2ctl` for a server that the host does not know.
const UNKNOWN: i32 = 66;

/// Why nothing could be observed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Asks for all servers. Those for which somebody else stored an answer meanwhile go to `again`: nobody knows which is newer.
pub(super) async fn all(state: &AppState, looks: &mut Looks, again: &mut HashSet<ServerId>) -> Result<(), Trouble> {
    // What was stored before the question: an answer is never put in the place of a later one.
    let before = watched::watched(&state.db, None).await?;
    let mut told: HashMap<_, _> =
        state.host.status_all().await?.into_iter().filter_map(|status| Some((status.server()?, status))).collect();
    for server in before {
        let status = told.remove(&server.id);
        if !store(state, looks, &server, status.as_ref()).await? {
            again.insert(server.id);
        }
    }
    Ok(drift::reconsider(state).await?)
}

/// Asks for some servers, for each of them also when another made trouble; the last trouble is given back. For `again` see [`all`].
pub(super) async fn some(
    state: &AppState,
    looks: &mut Looks,
    servers: HashSet<ServerId>,
    again: &mut HashSet<ServerId>,
) -> Result<(), Trouble> {
    let mut trouble = Ok(());
    for id in servers {
        match one(state, looks, id).await {
            Ok(true) => {}
            Ok(false) => drop(again.insert(id)),
            Err(error) => trouble = Err(error),
        }
    }
    drift::reconsider(state).await?;
    trouble
}

/// Asks for a server; false when somebody else stored an answer meanwhile.
async fn one(state: &AppState, looks: &mut Looks, id: ServerId) -> Result<bool, Trouble> {
    let Some(before) = watched::watched(&state.db, Some(id)).await?.pop() else {
        looks.seen(id, false, Instant::now());
        return Ok(true);
    };
    let status = match state.host.status(id).await {
        Ok(status) => Some(status),
        Err(error) if error.code() == Some(UNKNOWN) => None,
        Err(error) => return Err(error.into()),
    };
    store(state, looks, &before, status.as_ref()).await
}

/// Stores an answer when it differs; false when somebody else stored one since `before`.
async fn store(
    state: &AppState,
    looks: &mut Looks,
    before: &Watched,
    status: Option<&Status>,
) -> Result<bool, Trouble> {
    looks.seen(before.id, status.is_some_and(|status| status.state.is_moving()), Instant::now());
    let known = before.status.as_deref().and_then(|status| serde_json::from_str(status).ok());
    if known.as_ref() == status && known.is_some() == before.status.is_some() {
        return Ok(true);
    }
    let text = status.and_then(|status| serde_json::to_string(status).ok());
    let now = state.clock.now();
    if !watched::set_status(&state.db, before, text.as_deref(), now).await? {
        return Ok(false);
    }
    if let Some((status, how)) = status.and_then(|status| Some((status, crash(status)?))) {
        let at = status.ended_at.unwrap_or(now);
        note_crash(&state.db, before.id, &how, at).await?;
        care::note_crash(state, before.id, at, &how, true).await?;
    } else if let Some((status, how)) = status.and_then(|status| Some((status, crash_for_good(status)?)))
        && before.desired == Desired::Running
        && !before.busy
    {
        care::note_crash(state, before.id, status.ended_at.unwrap_or(now), &how, false).await?;
    }
    state.bus.send(Change::Server(before.id));
    Ok(true)
}
