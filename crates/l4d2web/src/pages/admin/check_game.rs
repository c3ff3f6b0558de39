use axum::extract::State;

use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::state::AppState;

/// Asks Steam for the newest build of the game.
pub async fn check_game(State(state): State<AppState>, shell: Shell) -> PageResult {
    let asked = state.host.game_refresh().await;
    asked.map_err(|error| PageError::Unavailable(format!("Steam could not be asked: {error}.")))?;
    state.bus.send(Change::Host);
    Ok(go(&shell, "/admin"))
}
