//! Care while nobody looks: restarts that wait until nobody plays, what is done each day, servers that crash or hang, newer builds of the game, and
//! who is told of all that.
//!
//! What is wished for stands in the database, so that a panel that ends forgets nothing; each pass looks what of it is due. Nothing here takes a server
//! from those who play on it: a restart is a job that asks the server itself once more at the last moment ([`ready`]), and does nothing when
//! somebody is there or when it gives no answer.

mod address;
mod ask;
mod build;
mod crashes;
mod daily;
mod deliver;
mod discord;
mod event;
mod hang;
mod query;
mod ready;
mod schedules;
mod take_back;
mod take_in;
mod waiting;
mod wishes;

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub use address::{cut, parse_url};
pub use build::look_for_build;
pub use crashes::{note as note_crash, read_lines};
pub use daily::{Daily, Zone, parse_time};
pub use deliver::{Webhooks, deliver, words as said_words};
pub use event::{Event, Topic};
pub use hang::look_for_hangs;
pub use ready::{NotNow, ready};
pub use schedules::{LATE, lead, run_due};
pub use take_back::take_back;
pub use take_in::{TakenIn, take_in};
pub use waiting::look_at_waiting;
pub use wishes::{newer_game, wish};

use crate::state::AppState;
use deliver::keep_telling;

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(5);
/// How often Steam's build is thought of; it is asked for each hour.
const BUILD_EVERY: Duration = Duration::from_mins(1);

/// Cares until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    tokio::select! {
        () = async { tokio::join!(care(&state), hangs(&state), ends(&state), keep_telling(&state), builds(&state)); } => {}
        () = stop.cancelled() => {}
    }
}

async fn care(state: &AppState) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        said("what is done each day", run_due(state).await);
        said("which servers are to restart", wish(state).await);
        said("which restarts wait", look_at_waiting(state).await);
    }
}

/// Apart from the rest, which does not wait for servers that do not answer.
async fn hangs(state: &AppState) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        said("which servers hang", look_for_hangs(state).await);
    }
}

/// Apart from the rest: who reads of the journal may take long.
async fn ends(state: &AppState) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        said("how servers ended", read_lines(state).await);
    }
}

async fn builds(state: &AppState) {
    let mut turn = interval(BUILD_EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Who starts the panel does not wait for Steam.
    turn.tick().await;
    loop {
        turn.tick().await;
        said("which build of the game there is", look_for_build(state).await);
    }
}

fn said(what: &str, done: crate::db::Result<()>) {
    if let Err(error) = done {
        tracing::error!(%error, "it cannot be told {what}");
    }
}
