use axum::Extension;
use axum::extract::State;

use crate::pages::{PageResult, Shell, go, refuse};
use crate::routes::JobAccess;
use crate::state::AppState;

/// Asks again for what a job should have done, and leads to the new one.
pub async fn retry(
    State(state): State<AppState>,
    Extension(JobAccess { job, .. }): Extension<JobAccess>,
    shell: Shell,
) -> PageResult {
    let by = shell.user.as_ref().map(|user| user.id);
    let again = state.queue.retry(job.id, by).await.map_err(refuse)?;
    Ok(go(&shell, &format!("/jobs/{}", again.id)))
}
