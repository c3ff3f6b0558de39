//! Restarts and stops that wait: those that can be done now become jobs.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::ask::{self, Crowd};
use crate::db::servers::Desired;
use crate::db::waiting_restarts::{self, Deed, WaitingRestart};
use crate::db::{self, jobs, server_care, server_state};
use crate::live::Change;
use crate::queue::{Condition, QueueError, Work};
use crate::state::AppState;

/// The warnings in the game: so many seconds before.
pub(super) const WARNINGS: [i64; 2] = [300, 60];
/// How much later than planned it may be decided without the warnings being said anew, in seconds; and how much later it may be done: a queue takes
/// its moment.
const SLACK: i64 = 30;
pub(super) const LATEST: i64 = 90;
/// How often it is put off when the warnings cannot be said, before it is done without.
const MOST_UNSAID: i64 = 6;
/// How long a lobby that holds an empty server counts as people who are about to come, in seconds.
pub(super) const COMING_FOR: i64 = 180;
/// What stands there then.
pub(super) const COMING: &str = "Nobody is on it, but a lobby holds it, so that somebody may be about to come.";

/// Looks at all that waits.
///
/// # Errors
///
/// When the database fails.
pub async fn look_at_waiting(state: &AppState) -> db::Result<()> {
    let (waiting, now) = (waiting_restarts::list(&state.db, None).await?, state.clock.now());
    if waiting.is_empty() {
        return Ok(());
    }
    for restart in waiting.iter().filter(|restart| !restart.wanted) {
        forget(state, restart).await?;
    }
    let running = server_care::running(&state.db).await?;
    let busy: HashMap<_, _> = running.iter().map(|server| (server.id, server.busy)).collect();
    let due = |restart: &WaitingRestart| busy.get(&restart.server_id) == Some(&false) && restart.not_before <= now;
    // At once: one that does not answer keeps no other waiting.
    for looked in join_all(waiting.into_iter().filter(due).map(|restart| look_at(state, restart))).await {
        looked?;
    }
    Ok(())
}

/// Lets one wait no longer whose server should be stopped by now: what was to stop it was cancelled, or cut off by the end of the panel.
async fn forget(state: &AppState, restart: &WaitingRestart) -> db::Result<()> {
    let id = restart.server_id;
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    // A job that is at it says itself what becomes of it.
    if jobs::is_busy(&mut tx, id).await? || server_state::desired(&mut tx, id).await? == Desired::Running {
        return Ok(());
    }
    waiting_restarts::delete(&mut tx, id).await?;
    tx.commit().await?;
    state.bus.send(Change::Server(id));
    Ok(())
}

/// Whether one that is done at `at` has its warnings, as far as they can be said, and is not later than that.
pub(super) fn may_be_done(restart: &WaitingRestart, at: i64, now: i64, late: i64) -> bool {
    let warned = restart.warned >= i64::try_from(WARNINGS.len()).unwrap_or(0);
    (warned || restart.unsaid >= MOST_UNSAID) && (0..=late).contains(&(now - at))
}

async fn look_at(state: &AppState, restart: WaitingRestart) -> db::Result<()> {
    match restart.forced_at {
        Some(at) => forced(state, &restart, at).await,
        None => when_empty(state, &restart).await,
    }
}

async fn when_empty(state: &AppState, restart: &WaitingRestart) -> db::Result<()> {
    let (id, now) = (restart.server_id, state.clock.now());
    let unseen = |why: &str| Some(format!("Whether somebody plays on it cannot be seen: {why}. It is tried again."));
    // What was seen a moment ago saves a question; that nobody was seen is not enough.
    if let Some(look) = state.play.of(id) {
        match (&look.seen, look.unseen) {
            (Some(seen), None) if seen.humans() == 0 => {}
            (Some(_), None) => return note(state, restart, None, None).await,
            (_, Some((why, _))) => {
                return note(state, restart, unseen(&format!("it {}", why.words())), restart.coming_since).await;
            }
            (None, None) => return note(state, restart, unseen("nothing is seen of it"), restart.coming_since).await,
        }
    }
    match ask::crowd(&state.db, id).await {
        Ok(Crowd { humans: 0, held }) => {
            let since = held.then(|| restart.coming_since.unwrap_or(now));
            let coming = since.is_some_and(|since| (0..COMING_FOR).contains(&(now - since)));
            note(state, restart, coming.then(|| COMING.to_owned()), since).await?;
            if coming {
                return Ok(());
            }
            enqueue(state, restart, Condition::Empty).await
        }
        Ok(_) => note(state, restart, None, None).await,
        Err(trouble) => note(state, restart, unseen(&trouble), restart.coming_since).await,
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
            let minutes = (left + 59) / 60;
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            let verb = if restart.deed == Deed::Stop { "stops" } else { "restarts" };
            // Only what was said counts.
            match ask::say(&state.db, id, &format!("This server {verb} in {minutes} {unit}.")).await {
                Ok(()) => {
                    waiting_restarts::set_warned(&state.db, id, due, at).await?;
                    if restart.trouble.is_some() {
                        state.bus.send(Change::Server(id));
                    }
                }
                Err(why) => {
                    let words = format!("Who plays cannot be warned in the game: {why}. It is tried again.");
                    note(state, restart, Some(words), restart.coming_since).await?;
                }
            }
        }
        return Ok(());
    }
    if may_be_done(restart, at, now, SLACK) {
        return enqueue(state, restart, Condition::Warned).await;
    }
    // Nobody is thrown out without a word: the panel was away, or could not say it. An empty server needs none.
    let crowd = ask::crowd(&state.db, id).await;
    if crowd == Ok(Crowd { humans: 0, held: false }) {
        return enqueue(state, restart, Condition::Warned).await;
    }
    let words = match crowd {
        Ok(_) => "It is later than it should be, since who plays was not warned in time.".to_owned(),
        Err(why) => format!("It is later than it should be, since who plays could not be warned: {why}."),
    };
    // What was said and came too late was said.
    let unsaid = restart.unsaid + i64::from(restart.warned < i64::try_from(WARNINGS.len()).unwrap_or(0));
    waiting_restarts::put_off(&state.db, restart, now + WARNINGS[0], unsaid, &words).await?;
    state.bus.send(Change::Server(id));
    Ok(())
}

async fn enqueue(state: &AppState, restart: &WaitingRestart, condition: Condition) -> db::Result<()> {
    let id = restart.server_id;
    let work = match restart.deed {
        Deed::Restart => Work::RestartIf(id, condition),
        Deed::Stop => Work::StopIf(id, condition),
    };
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    // Cancelled a moment ago: then it is not done. And what somebody asked for a moment ago goes first.
    if !waiting_restarts::is_there(&mut tx, restart).await? || jobs::is_busy(&mut tx, id).await? {
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

/// Notes what was seen, when it differs.
async fn note(
    state: &AppState,
    restart: &WaitingRestart,
    trouble: Option<String>,
    coming_since: Option<i64>,
) -> db::Result<()> {
    if restart.trouble == trouble && restart.coming_since == coming_since {
        return Ok(());
    }
    waiting_restarts::set_seen(&state.db, restart.server_id, trouble.as_deref(), coming_since).await?;
    state.bus.send(Change::Server(restart.server_id));
    Ok(())
}
