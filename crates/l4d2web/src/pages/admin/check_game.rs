use axum::extract::State;

use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, Toast, went};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// Asks Steam for the newest build of the game.
pub async fn check_game(State(state): State<AppState>, me: LoggedIn, shell: Shell) -> PageResult {
    let asked = state.host.asked_by(me.session.user.id).game_refresh().await;
    let game = asked.map_err(|error| PageError::of_host("Steam could not be asked", &error))?;
    state.bus.send(Change::Host);
    let words = match &game.latest {
        Some(latest) if game.installed.is_none() || game.update_waits() => format!("Steam has build {}.", latest.build),
        Some(latest) => format!("Steam has build {}, which is installed.", latest.build),
        None => "Steam did not name a build.".to_owned(),
    };
    Ok(went(&shell, "/admin", &Toast::words(words)))
}
