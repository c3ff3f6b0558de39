use axum::Extension;
use axum::extract::State;

use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::Visitor;
use crate::state::AppState;

/// Asks Steam for the newest build of the game.
pub async fn check_game(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
) -> PageResult {
    let user = visitor.user().ok_or(PageError::NotFound)?.id;
    let asked = state.host.asked_by(user).game_refresh().await;
    asked.map_err(|error| PageError::of_host("Steam could not be asked", &error))?;
    state.bus.send(Change::Host);
    Ok(go(&shell, "/admin"))
}
