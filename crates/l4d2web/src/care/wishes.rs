//! Which servers are to restart when nobody plays, by what their people wish: those that run on an older game, and those that have run for long. It
//! follows from how they run, so that it is not forgotten, whatever ends in between.

use crate::db::server_care::{self, Cared};
use crate::db::waiting_restarts::{self, Deed, Reason};
use crate::db::{self, jobs};
use crate::host::shape::Status;
use crate::live::Change;
use crate::state::AppState;

/// What the game is called among the layers of a server.
const GAME: &str = "installation";

/// Lets restarts wait that are wished for, and takes those back that are not needed any more.
///
/// # Errors
///
/// When the database fails.
pub async fn wish(state: &AppState) -> db::Result<()> {
    let now = state.clock.now();
    let waiting = waiting_restarts::list(&state.db, None).await?;
    for server in server_care::running(&state.db).await? {
        let Ok(status) = serde_json::from_str::<Status>(&server.status) else { continue };
        let wanted = wanted(&server, &status, now);
        let waits = waiting.iter().find(|restart| restart.server_id == server.id);
        let needless = waits.is_some_and(|restart| match restart.reason {
            Reason::Update => !server.after_update || newer_game(&status).is_none(),
            Reason::Uptime => !has_run_for(&server, &status, now),
            Reason::Asked | Reason::Schedule => false,
        });
        let mut tx = match (waits, wanted) {
            (None, Some(_)) if !server.busy => state.db.write().begin_with("BEGIN IMMEDIATE").await?,
            (Some(_), _) if needless => state.db.write().begin_with("BEGIN IMMEDIATE").await?,
            _ => continue,
        };
        let wished = wanted.filter(|_| waits.is_none());
        match wished {
            Some(reason) => {
                waiting_restarts::put(&mut tx, server.id, (Deed::Restart, reason), None, None, now).await?;
            }
            // Unless somebody asked for it meanwhile.
            None if waiting_restarts::deed(&mut tx, server.id).await?
                == waits.map(|waits| (waits.deed, waits.reason)) =>
            {
                waiting_restarts::delete(&mut tx, server.id).await?;
            }
            None => continue,
        }
        tx.commit().await?;
        if wished.is_none()
            && let Some(job) = jobs::open_with_care(&state.db, server.id).await?
            && let Err(error) = state.queue.cancel(job, None).await
        {
            tracing::info!(server = server.id.0, %error, "a restart that nobody wishes any more goes on");
        }
        state.bus.send(Change::Server(server.id));
    }
    Ok(())
}

fn wanted(server: &Cared, status: &Status, now: i64) -> Option<Reason> {
    let newer =
        newer_game(status).filter(|tree| server.after_update && server.update_declined.as_deref() != Some(tree));
    if newer.is_some() {
        return Some(Reason::Update);
    }
    let declined = server.uptime_declined.is_some() && server.uptime_declined == status.started_at;
    (has_run_for(server, status, now) && !declined).then_some(Reason::Uptime)
}

/// The tree of the game that a restart would bring, when it runs on another.
#[must_use]
pub fn newer_game(status: &Status) -> Option<&str> {
    let game = status.layers.iter().find(|layer| layer.reference == GAME)?;
    let (pinned, current) = (game.pinned.as_deref()?, game.current.as_deref()?);
    (pinned != current).then_some(current)
}

fn has_run_for(server: &Cared, status: &Status, now: i64) -> bool {
    let (Some(hours), Some(started)) = (server.uptime_hours, status.started_at) else { return false };
    now - started >= hours * 3600
}
