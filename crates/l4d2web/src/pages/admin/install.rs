use axum::extract::State;

use crate::pages::{PageResult, Shell, go, refuse};
use crate::queue::Work;
use crate::state::AppState;

/// Asks for an install or an update of the game, and leads to where it can be watched.
pub async fn install(State(state): State<AppState>, shell: Shell) -> PageResult {
    let by = shell.user.as_ref().map(|user| user.id);
    let job = state.queue.enqueue(Work::Install, by).await.map_err(refuse)?;
    Ok(go(&shell, &format!("/jobs/{}", job.id)))
}
