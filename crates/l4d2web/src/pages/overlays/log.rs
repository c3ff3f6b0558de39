//! The log of an overlay's last build, in its page.

use askama::Template;

use crate::db::jobs::Job;
use crate::id::JobId;
use crate::pages::PageResult;
use crate::pages::jobs::log_end;
use crate::state::AppState;

/// The log of a build.
#[derive(Template)]
#[template(path = "overlays/log.html")]
struct LogView<'a> {
    job: JobId,
    lines: &'a str,
}

/// A log with the end of what its job has printed, and the place of the last line.
pub(super) async fn log(state: &AppState, job: &Job) -> PageResult<(String, i64)> {
    let end = log_end(state, job).await?;
    Ok((view(job.id, &end.html)?, end.last))
}

/// A log that holds these lines.
pub(super) fn view(job: JobId, lines: &str) -> PageResult<String> {
    Ok(LogView { job, lines }.render().map_err(anyhow::Error::from)?)
}
