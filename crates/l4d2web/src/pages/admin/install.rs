use axum::extract::State;

use crate::pages::{PageResult, Shell, Toast, refuse, went};
use crate::queue::Work;
use crate::state::AppState;

/// Asks for an install or an update of the game.
pub async fn install(State(state): State<AppState>, shell: Shell) -> PageResult {
    let by = shell.user.as_ref().map(|user| user.id);
    let job = state.queue.enqueue(Work::Install, by).await.map_err(refuse)?;
    Ok(went(&shell, &format!("/jobs/{}", job.id), &Toast::job("Install the game", job)))
}
