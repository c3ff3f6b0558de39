//! Telling one game its bans, and reading them back.

use super::{due, holds, in_game, run, throw_out};
use crate::command::{NoReply, Running};
use crate::db;
use crate::id::ServerId;
use crate::live::Change;
use crate::state::AppState;

/// Of what a game is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All that it does not know yet.
    All,
    /// What was wished of one account.
    One(i64),
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Of how many accounts the game was told, and has it.
    pub taken: usize,
    /// Of how many it was told, and has not.
    pub refused: usize,
}

/// Tells one game what the process that runs now has not been told, throws out who is banned, and reads all back. Only one at a time tells a game.
///
/// # Errors
///
/// When it does not answer, or others are at it for too long. What was told then is told once more.
pub async fn tell(state: &AppState, server: ServerId, which: Which) -> Result<Told, NoReply> {
    let tellers = &state.controls.tellers;
    let turn = tokio::time::timeout(tellers.pace().reply, tellers.turn(server)).await;
    let _turn = turn.map_err(|_| NoReply::Busy)?;
    let start = start(&Running::of(&state.db, server).await?);
    let now = state.clock.now();
    let mut untold = db::bans::of(&state.db, server, now).await?;
    untold.retain(|ban| {
        let asked = matches!(which, Which::All) || which == Which::One(ban.steam_id);
        asked && (ban.lifted || ban.told_start != Some(start))
    });
    if untold.is_empty() {
        return Ok(Told::default());
    }
    for line in due(&untold, &in_game(state, server).await?, now) {
        run(state, server, &line).await?;
    }
    let has = in_game(state, server).await?;
    throw_out(state, server).await?;
    let mut told = Told::default();
    for ban in &untold {
        if !holds(ban, &has, now) {
            told.refused += 1;
            continue;
        }
        told.taken += 1;
        if ban.lifted {
            db::bans::forget(&state.db, server, ban.steam_id).await?;
        } else {
            db::bans::set_told(&state.db, server, ban, start).await?;
        }
    }
    tracing::info!(%server, taken = told.taken, refused = told.refused, "a game was told its bans");
    state.bus.send(Change::Figures(server));
    Ok(told)
}

/// Which process of the game it is. Where the host does not say when it began, all are one.
pub(super) fn start(running: &Running) -> i64 {
    running.started_at.unwrap_or(0)
}
