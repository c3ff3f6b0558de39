//! Servers that hang: the process runs, and its console has not answered for minutes. A map change takes up to 40 seconds and loading more, so that
//! this is never concluded from one question; and what closes or refuses a connection is at work, and does not hang.

use futures_util::future::join_all;

use super::ask::{self, Trouble};
use super::event::Event;
use crate::db;
use crate::db::server_care::{self, Cared};
use crate::db::server_crashes::{self, Hang};
use crate::db::webhooks;
use crate::game::RconError;
use crate::host::shape::{State, Status};
use crate::live::Change;
use crate::play::Unseen;
use crate::queue::Work;
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
    let candidates = running.iter().filter(|server| !server.busy && known.iter().all(|hang| hang.server != server.id));
    // At once: each takes seconds to tell.
    let looked = join_all(candidates.map(async |server| {
        let Some((Unseen::Silent, since)) = state.play.of(server.id).and_then(|look| look.unseen) else {
            return Ok(());
        };
        let Some(started_at) = status(server).and_then(|status| status.started_at) else { return Ok(()) };
        if now - since < SILENT_FOR || now - started_at < LOADS_FOR || !hangs(state, server, started_at).await {
            return Ok(());
        }
        let hang = Hang { server: server.id, since_at: since, found_at: now, started_at: Some(started_at) };
        found(state, server, hang, now).await
    }));
    looked.await.into_iter().collect()
}

/// Whether another connection is not answered either, while the host says that the same process runs.
async fn hangs(state: &AppState, server: &Cared, started_at: i64) -> bool {
    if !matches!(ask::run(&state.db, server.id, "status").await, Err(Trouble::Rcon(RconError::Timeout { .. }))) {
        return false;
    }
    let status = state.host.status(server.id).await;
    status.is_ok_and(|status| status.state == State::Running && status.started_at == Some(started_at))
}

async fn found(state: &AppState, server: &Cared, hang: Hang, now: i64) -> db::Result<()> {
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    if !server_crashes::note_hang(&mut tx, hang).await? {
        return Ok(());
    }
    let minutes = (now - hang.since_at) / 60;
    let event = Event::hang(server.id, &server.name, minutes, server.hang_restart, now);
    webhooks::tell(&mut tx, &event, now).await?;
    tx.commit().await?;
    tracing::warn!(server = server.id.0, minutes, "a server runs and does not answer");
    state.bus.send(Change::Server(server.id));
    if server.hang_restart
        && let Err(error) = state.queue.enqueue(Work::Restart(server.id), None).await
    {
        tracing::warn!(server = server.id.0, %error, "a server that hangs is not restarted");
    }
    Ok(())
}

fn status(server: &Cared) -> Option<Status> {
    serde_json::from_str(&server.status).ok()
}
