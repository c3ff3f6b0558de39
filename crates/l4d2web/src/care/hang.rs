//! Servers that hang: the process runs, and neither its console has answered for minutes nor does it answer a query. A map change takes up to 40 seconds
//! and loading more, so that this is never concluded from one question; and what closes or refuses a connection is at work, and does not hang. One
//! whose console alone is silent is played on, maybe: that is said, and nothing is done.

use futures_util::future::join_all;

use super::ask::{self, Trouble};
use super::event::Event;
use super::query;
use crate::db::server_care::{self, Cared};
use crate::db::server_crashes::{self, Hang};
use crate::db::{self, Db, jobs, webhooks};
use crate::game::RconError;
use crate::host::Host;
use crate::host::shape::{State, Status};
use crate::id::ServerId;
use crate::live::Change;
use crate::play::Unseen;
use crate::queue::{Condition, QueueError, Work};
use crate::state::AppState;

/// How long it must not have answered, in seconds.
const SILENT_FOR: i64 = 180;
/// How long after its start a server may load, in seconds.
const LOADS_FOR: i64 = 300;

/// Looks for servers that hang, and whether those do still that did.
///
/// # Errors
///
/// When the database fails.
pub async fn look_for_hangs(state: &AppState) -> db::Result<()> {
    let now = state.clock.now();
    let running = server_care::running(&state.db).await?;
    let known = server_crashes::hangs(&state.db, None).await?;
    for hang in &known {
        let answers = state.play.of(hang.server).is_some_and(|look| look.seen.is_some() && look.unseen.is_none());
        let same = running
            .iter()
            .find(|server| server.id == hang.server)
            .and_then(status)
            .is_some_and(|status| status.started_at == hang.started_at);
        if answers || !same {
            server_crashes::end_hang(&state.db, hang.server).await?;
            state.bus.send(Change::Server(hang.server));
        }
    }
    let hangs = |server: &Cared| known.iter().any(|hang| hang.server == server.id && !hang.answers);
    let candidates = running.iter().filter(|server| !server.busy && !hangs(server));
    // At once: each takes seconds to tell.
    let looked = join_all(candidates.map(async |server| {
        let Some((Unseen::Silent, since)) = state.play.of(server.id).and_then(|look| look.unseen) else {
            return Ok(());
        };
        let Some(started_at) = status(server).and_then(|status| status.started_at) else { return Ok(()) };
        if now - since < SILENT_FOR || now - started_at < LOADS_FOR {
            return Ok(());
        }
        let Some(silence) = look(&state.db, &state.host, server.id, started_at).await else { return Ok(()) };
        let answers = silence == Silence::Console;
        let hang = Hang { server: server.id, since_at: since, found_at: now, started_at: Some(started_at), answers };
        found(state, server, hang, now).await
    }));
    looked.await.into_iter().collect()
}

/// What of a server is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Its console, while it answers queries.
    Console,
    /// All of it.
    Whole,
}

/// Whether another connection to the console is not answered either, nor a query, while the host says that the same process runs; none when that is
/// not so, or cannot be told.
pub(super) async fn look(db: &Db, host: &Host, server: ServerId, started_at: i64) -> Option<Silence> {
    if !matches!(ask::run(db, server, "status").await, Err(Trouble::Rcon(RconError::Timeout { .. }))) {
        return None;
    }
    let status = host.status(server).await.ok()?;
    if status.state != State::Running || status.started_at != Some(started_at) {
        return None;
    }
    Some(if query::answers(status.running_port.or(status.port)?).await? { Silence::Console } else { Silence::Whole })
}

async fn found(state: &AppState, server: &Cared, hang: Hang, now: i64) -> db::Result<()> {
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    if !server_crashes::note_hang(&mut tx, hang).await? {
        return Ok(());
    }
    let mut told = None;
    if !hang.answers {
        let minutes = (now - hang.since_at) / 60;
        // With the restart that it brings: a panel that is killed in between would never ask for it.
        if server.hang_restart && !jobs::is_busy(&mut tx, server.id).await? {
            match state.queue.put(&mut tx, Work::RestartIf(server.id, Condition::Hung), None).await {
                Ok(put) => told = Some(put),
                Err(QueueError::Database(error)) => return Err(error),
                Err(refused) => {
                    tracing::warn!(server = server.id.0, %refused, "a server that hangs is not restarted");
                    // What was begun goes.
                    drop(tx);
                    tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
                    if !server_crashes::note_hang(&mut tx, hang).await? {
                        return Ok(());
                    }
                }
            }
        }
        let event = Event::hang(server.id, &server.name, minutes, told.is_some(), now);
        webhooks::tell(&mut tx, &event, now).await?;
        tracing::warn!(server = server.id.0, minutes, "a server runs and does not answer");
    }
    tx.commit().await?;
    if let Some(put) = told {
        state.queue.tell_of(put);
    }
    state.bus.send(Change::Server(server.id));
    Ok(())
}

fn status(server: &Cared) -> Option<Status> {
    serde_json::from_str(&server.status).ok()
}
