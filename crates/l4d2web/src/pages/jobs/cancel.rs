use axum::Extension;
use axum::extract::State;

use super::words::title;
use crate::pages::{PageResult, Shell, Toast, refuse, went};
use crate::queue::Cancelled;
use crate::routes::JobAccess;
use crate::state::AppState;

/// Cancels a job that waits or runs.
pub async fn cancel(
    State(state): State<AppState>,
    Extension(JobAccess { job, .. }): Extension<JobAccess>,
    shell: Shell,
) -> PageResult {
    let by = shell.user.as_ref().map(|user| user.id);
    let cancelled = state.queue.cancel(job.id, by).await.map_err(refuse)?;
    let title = title(job.kind, &job.subject);
    let words = match cancelled {
        Cancelled::BeforeItBegan => format!("“{title}” was cancelled before it began."),
        Cancelled::Ending => format!("“{title}” is being cancelled."),
    };
    Ok(went(&shell, &format!("/jobs/{}", job.id), &Toast::words(words)))
}
