//! Restarts that wait: those that can be done now become jobs.

use futures_util::future::join_all;

use super::ask;
use crate::db::waiting_restarts::{self, WaitingRestart};
use crate::db::{self, jobs};
use crate::id::ServerId;
use crate::live::Change;
use crate::queue::{QueueError, Work};
use crate::state::AppState;

/// The warnings in the game: so many seconds before.
const WARNINGS: [i64; 2] = [300, 60];
/// How much later than planned a restart may be done without the warnings being said anew, in seconds.
const SLACK: i64 = 30;

/// Looks at all restarts that wait.
///
/// # Errors
///
/// When the database fails.
pub async fn look_at_waiting(state: &AppState) -> db::Result<()> {
    let waiting = waiting_restarts::list(&state.db, None).await?;
    // At once: one that does not answer keeps no other waiting.
    for looked in join_all(waiting.into_iter().map(|restart| look_at(state, restart))).await {
        looked?;
    }
    Ok(())
}

async fn look_at(state: &AppState, restart: WaitingRestart) -> db::Result<()> {
    let id = restart.server_id;
    let runs = !db::played_servers::running(&state.db, Some(id)).await?.is_empty();
    if !runs || jobs::count_open_of(&state.db, id).await? > 0 {
        return Ok(());
    }
    match restart.forced_at {
        Some(at) => forced(state, &restart, at).await,
        None => when_empty(state, &restart).await,
    }
}

async fn when_empty(state: &AppState, restart: &WaitingRestart) -> db::Result<()> {
    let id = restart.server_id;
    // What was seen a moment ago saves a question; that nobody was seen is not enough.
    let seen = state.play.of(id);
    if let Some(look) = &seen {
        let trouble = match (&look.seen, look.unseen) {
            (Some(seen), None) if seen.humans() == 0 => None,
            (Some(_), None) => return note(state, id, None).await,
            (_, Some((why, _))) => Some(format!("it {}", why.words())),
            (None, None) => Some("nothing is seen of it".to_owned()),
        };
        if trouble.is_some() {
            return note(state, id, trouble.as_deref()).await;
        }
    }
    match ask::humans(&state.db, id).await {
        Ok(0) => {
            note(state, id, None).await?;
            enqueue(state, restart, Work::RestartEmpty(id)).await
        }
        Ok(_) => note(state, id, None).await,
        Err(trouble) => note(state, id, Some(&trouble)).await,
    }
}

/// One that is done at a time: who plays is warned before.
async fn forced(state: &AppState, restart: &WaitingRestart, at: i64) -> db::Result<()> {
    let (id, now) = (restart.server_id, state.clock.now());
    let left = at - now;
    if left > 0 {
        let due = WARNINGS.iter().filter(|before| left <= **before).count();
        let due = i64::try_from(due).unwrap_or(0);
        if due > restart.warned {
            waiting_restarts::set_warned(&state.db, id, due, at).await?;
            let minutes = (left + 59) / 60;
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            let words = format!("This server restarts in {minutes} {unit}.");
            if let Err(error) = ask::say(&state.db, id, &words).await {
                tracing::info!(server = id.0, error, "who plays could not be warned of a restart");
            }
        }
        return Ok(());
    }
    let warned = restart.warned >= i64::try_from(WARNINGS.len()).unwrap_or(0);
    if -left > SLACK || !warned {
        // The panel was away: nobody is thrown out without a word. An empty server needs none.
        if ask::humans(&state.db, id).await != Ok(0) {
            waiting_restarts::set_warned(&state.db, id, 0, now + WARNINGS[0]).await?;
            state.bus.send(Change::Server(id));
            return Ok(());
        }
    }
    enqueue(state, restart, Work::Restart(id)).await
}

async fn enqueue(state: &AppState, restart: &WaitingRestart, work: Work) -> db::Result<()> {
    let id = restart.server_id;
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    // Cancelled a moment ago: then it is not done.
    if !waiting_restarts::is_there(&mut tx, restart).await? {
        return Ok(());
    }
    match state.queue.put(&mut tx, work, restart.user_id).await {
        Ok(put) => {
            tx.commit().await?;
            state.queue.tell_of(put);
            Ok(())
        }
        Err(QueueError::Database(error)) => Err(error),
        // It is being deleted, or should not run any more.
        Err(refused) => {
            tracing::info!(server = id.0, %refused, "a restart does not wait any more");
            drop(tx);
            let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
            waiting_restarts::delete(&mut tx, id).await?;
            tx.commit().await?;
            state.bus.send(Change::Server(id));
            Ok(())
        }
    }
}

async fn note(state: &AppState, server: ServerId, trouble: Option<&str>) -> db::Result<()> {
    if waiting_restarts::set_trouble(&state.db, server, trouble).await? {
        state.bus.send(Change::Server(server));
    }
    Ok(())
}
