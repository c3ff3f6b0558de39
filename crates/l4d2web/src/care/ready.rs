//! Whether what care decided may be done: asked once more as late as can be, since a job may have waited for a build, or for a worker.

use super::ask::{self, Crowd};
use super::hang::{self, Silence};
use super::waiting::{self, COMING_FOR};
use crate::clock::Clock;
use crate::db::waiting_restarts::{self, WaitingRestart};
use crate::db::{Db, server_crashes};
use crate::host::Host;
use crate::id::ServerId;
use crate::queue::Condition;

/// Why nothing is done now of what was decided before. It is wished for on where that makes sense.
#[derive(Debug, thiserror::Error)]
pub enum NotNow {
    /// So many play.
    #[error("{0} play")]
    Played(u32),
    /// A lobby holds it.
    #[error("a lobby holds it")]
    Coming,
    /// It could not be seen whether somebody plays; why, a clause.
    #[error("it cannot be seen whether somebody plays: {0}")]
    Unseen(String),
    /// Its time has passed while it waited, and people play who were not told.
    #[error("its time has passed")]
    Late,
    /// It hangs no more.
    #[error("it does not hang any more")]
    Well,
    /// Somebody took it back.
    #[error("it was taken back")]
    TakenBack,
    /// The database fails.
    #[error("the database cannot be used")]
    Database(#[from] sqlx::Error),
}

/// Looks whether a condition holds; what was found, a clause.
///
/// # Errors
///
/// Why not.
pub async fn ready(
    db: &Db,
    host: &Host,
    clock: &Clock,
    server: ServerId,
    condition: Condition,
) -> Result<&'static str, NotNow> {
    let waits = waiting_restarts::list(db, Some(server)).await?.pop();
    match condition {
        Condition::Empty => empty(db, server, waits.as_ref(), clock.now()).await,
        Condition::Warned => warned(db, server, waits.ok_or(NotNow::TakenBack)?, clock).await,
        Condition::Hung => hung(db, host, server).await,
    }
}

async fn empty(db: &Db, server: ServerId, waits: Option<&WaitingRestart>, now: i64) -> Result<&'static str, NotNow> {
    match ask::crowd(db, server).await.map_err(NotNow::Unseen)? {
        Crowd { humans: 0, held: false } => Ok("nobody plays"),
        Crowd { humans: 0, held: true } => {
            let since = waits.and_then(|waits| waits.coming_since);
            if since.is_some_and(|since| !(0..COMING_FOR).contains(&(now - since))) {
                return Ok("nobody plays, and a lobby has held it for long without anybody coming");
            }
            if since.is_none() {
                waiting_restarts::set_seen(db, server, Some(waiting::COMING), Some(now)).await?;
            }
            Err(NotNow::Coming)
        }
        Crowd { humans, .. } => Err(NotNow::Played(humans)),
    }
}

async fn warned(db: &Db, server: ServerId, waits: WaitingRestart, clock: &Clock) -> Result<&'static str, NotNow> {
    let now = clock.now();
    let at = waits.forced_at.ok_or(NotNow::TakenBack)?;
    if waiting::may_be_done(&waits, at, now, waiting::LATEST) {
        return Ok("who plays was warned");
    }
    if ask::crowd(db, server).await == Ok(Crowd { humans: 0, held: false }) {
        return Ok("nobody plays");
    }
    let words = "It could not be done in time, and people play who were not warned of a later one.";
    waiting_restarts::put_off(db, &waits, now + waiting::WARNINGS[0], waits.unsaid, words).await?;
    Err(NotNow::Late)
}

async fn hung(db: &Db, host: &Host, server: ServerId) -> Result<&'static str, NotNow> {
    let hang = server_crashes::hangs(db, Some(server)).await?.pop().filter(|hang| !hang.answers);
    let started_at = hang.and_then(|hang| hang.started_at).ok_or(NotNow::Well)?;
    if hang::look(db, host, server, started_at).await == Some(Silence::Whole) {
        return Ok("it does not answer still");
    }
    // Should it hang again, that is found anew.
    server_crashes::end_hang(db, server).await?;
    Err(NotNow::Well)
}
