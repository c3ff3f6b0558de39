//! Asking the host what servers do, and storing what differs.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use super::drift;
use super::looks::Looks;
use crate::care::{self, TakenIn};
use crate::db::watched::{self, Watched};
use crate::host::HostError;
use crate::host::shape::Status;
use crate::id::ServerId;
use crate::live::Change;
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

/// Asks for all servers; after an absence, also for what happened meanwhile. Those for which somebody else stored an answer meanwhile go to
/// `again`: nobody knows which is newer.
pub(super) async fn all(
    state: &AppState,
    looks: &mut Looks,
    again: &mut HashSet<ServerId>,
    was_away: bool,
) -> Result<(), Trouble> {
    // What was stored before the question: an answer is never put in the place of a later one.
    let before = watched::watched(&state.db, None).await?;
    let told = if was_away { state.host.status_all_with_restarts().await? } else { state.host.status_all().await? };
    let mut told: HashMap<_, _> = told.into_iter().filter_map(|status| Some((status.server()?, status))).collect();
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
    let taken = care::take_in(&state.db, before, status, state.clock.now()).await?;
    if taken == TakenIn::New {
        state.bus.send(Change::Server(before.id));
    }
    Ok(taken != TakenIn::Raced)
}
