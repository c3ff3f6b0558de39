use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse as _;

use super::line::Lines;
use super::parts::{Head, Notice, Parts, Side};
use super::words::if_cancelled;
use crate::db::jobs::Job;
use crate::db::{Kept, job_lines};
use crate::id::JobId;
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::JobAccess;
use crate::state::AppState;

/// How many lines of the log a page begins with, and how many are fetched at a time.
pub(super) const BLOCK: u32 = 500;

#[derive(Template, WebTemplate)]
#[template(path = "jobs/show.html")]
struct ShowPage {
    shell: Shell,
    head: String,
    notice: String,
    side: String,
    end: Arc<LogEnd>,
    /// What the dialog says.
    if_cancelled: String,
    parts: Parts,
}

impl ShowPage {
    /// Where its stream is; nothing when the job is over, since nothing changes any more.
    fn stream(&self) -> Option<String> {
        let job = &self.parts.job;
        (!job.state.is_over()).then(|| format!("/jobs/{}/events?after={}", job.id, self.end.last))
    }

    /// The event that brings new lines.
    fn event(&self) -> &'static str {
        if self.parts.job.state.is_over() { "" } else { "line" }
    }

    /// Whether it once printed lines that somebody has removed since.
    fn pruned(&self) -> bool {
        self.end.last == 0 && self.parts.job.started_at.is_some() && self.parts.job.state.is_over()
    }
}

/// The last lines of a job's log.
#[derive(Debug)]
pub(in crate::pages) struct LogEnd {
    pub(in crate::pages) html: String,
    /// The place of the last line.
    pub(in crate::pages) last: i64,
}

impl LogEnd {
    async fn load(state: &AppState, job: &Job) -> PageResult<Self> {
        let lines = job_lines::before(&state.db, job.id, i64::MAX, BLOCK).await?;
        let html = Lines::of(&lines).render().map_err(anyhow::Error::from)?;
        Ok(Self { html, last: lines.last().map_or(0, |line| line.seq) })
    }
}

/// The ends of logs that pages began with of late.
#[derive(Debug)]
pub struct LogEnds(Kept<JobId, Arc<LogEnd>>);

impl Default for LogEnds {
    fn default() -> Self {
        Self(Kept::new(8))
    }
}

/// The end of a job's log.
pub(in crate::pages) async fn log_end(state: &AppState, job: &Job) -> PageResult<Arc<LogEnd>> {
    let version = state.db.version().await?;
    if let Some(end) = state.log_ends.0.get(version, &job.id) {
        return Ok(end);
    }
    let end = Arc::new(LogEnd::load(state, job).await?);
    state.log_ends.0.keep(version, job.id, end.clone());
    Ok(end)
}

/// Shows a job and the end of its log.
pub async fn show(
    State(state): State<AppState>,
    Extension(JobAccess { job, standing }): Extension<JobAccess>,
    shell: Shell,
) -> PageResult {
    let end = log_end(&state, &job).await?;
    let parts = Parts::of(&state.db, job, standing, state.clock.now()).await?;
    let render = |done: Result<String, askama::Error>| done.map_err(anyhow::Error::from);
    let page = ShowPage {
        shell: shell.at(Nav::Jobs),
        head: render(Head { parts: &parts }.render())?,
        notice: render(Notice { parts: &parts }.render())?,
        side: render(Side { parts: &parts }.render())?,
        end,
        if_cancelled: if_cancelled(parts.job.kind, parts.job.state, &parts.job.subject),
        parts,
    };
    Ok(page.into_response())
}
