//! Newer builds of the game: Steam is asked each hour, and people are told once of each.

use super::event::Event;
use crate::db;
use crate::db::{server_crashes, webhooks};
use crate::live::Change;
use crate::state::AppState;

/// How old Steam's word may be, in seconds.
const FRESH: i64 = 3600;

/// Asks Steam when its word is older than an hour, and tells of a build that was not told of yet.
///
/// # Errors
///
/// When the database fails.
pub async fn look_for_build(state: &AppState) -> db::Result<()> {
    let Ok(mut game) = state.game.look().await else { return Ok(()) };
    if game.installed.is_none() {
        return Ok(());
    }
    let now = state.clock.now();
    // One that was asked for in the future was asked by a clock that was wrong.
    let fresh = game.latest.as_ref().is_some_and(|latest| (0..FRESH).contains(&(now - latest.checked_at)));
    if !fresh && state.webhooks.may_ask_steam(now) {
        match state.host.game_refresh().await {
            Ok(asked) => {
                game = asked;
                state.bus.send(Change::Host);
            }
            Err(error) => tracing::info!(%error, "Steam does not say which build of the game is the newest"),
        }
    }
    let (true, Some(latest), Some(installed)) = (game.update_waits(), &game.latest, &game.installed) else {
        return Ok(());
    };
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    if server_crashes::note_build(&mut tx, &latest.build).await? {
        let installed = installed.build.as_deref().unwrap_or("an unknown one");
        webhooks::tell(&mut tx, &Event::update(&latest.build, installed, now), now).await?;
        tx.commit().await?;
        tracing::info!(build = latest.build, "Steam has a newer build of the game");
        state.bus.send(Change::Host);
    }
    Ok(())
}
