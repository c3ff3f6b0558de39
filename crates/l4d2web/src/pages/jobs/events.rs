use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;

use super::parts::Parts;
use crate::db;
use crate::db::jobs::{self, Job};
use crate::db::users::User;
use crate::id::JobId;
use crate::live::{After, Change, Fragment, Live, event, open};
use crate::pages::{PageError, PageResult};
use crate::queue::JobStream;
use crate::rights::JobRight;
use crate::routes::{JobAccess, Visitor, job_standing};
use crate::state::AppState;

/// The stream of a job's page: its parts, and its lines behind `after`. It ends with the job.
pub async fn events(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Extension(JobAccess { job, .. }): Extension<JobAccess>,
    After(after): After,
) -> PageResult {
    let Some(user) = visitor.user().cloned() else { return Err(PageError::NotFound) };
    let place = after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let lines = state.queue.feed().subscribe(job.id, place).await?;
    let live = JobPage { state: state.clone(), id: job.id, user, lines, over: false };
    open(&state, &visitor, after.as_deref(), live)
}

struct JobPage {
    state: AppState,
    id: JobId,
    user: User,
    lines: JobStream,
    over: bool,
}

impl JobPage {
    async fn job(&self, user: &User) -> db::Result<Option<(Job, Parts)>> {
        let Some(job) = jobs::find(&self.state.db, self.id).await? else { return Ok(None) };
        let standing = job_standing(&self.state.db, user, &job).await?;
        if !standing.may(JobRight::See, job.kind) {
            return Ok(None);
        }
        let parts = Parts::of(&self.state.db, job.clone(), standing, self.state.clock.now()).await?;
        Ok(Some((job, parts)))
    }

    /// The last look at the page, and the word that nothing follows, upon which the browser leaves.
    async fn last(&self) -> Option<Bytes> {
        let (_, parts) = self.job(&self.user).await.ok()??;
        let fragments = parts.fragments().ok()?;
        let mut events: String = fragments.iter().map(|part| event(&part.name, &part.html)).collect();
        events.push_str(&event("over", "over"));
        Some(Bytes::from(events))
    }
}

impl Live for JobPage {
    fn concerns(&self, change: Change) -> bool {
        [Change::Job(self.id), Change::Progress(self.id)].contains(&change)
    }

    async fn allows(&self, user: &User) -> db::Result<bool> {
        let Some(job) = jobs::find(&self.state.db, self.id).await? else { return Ok(false) };
        Ok(job_standing(&self.state.db, user, &job).await?.may(JobRight::See, job.kind))
    }

    async fn fragments(&self, user: &User) -> Result<Option<Vec<Fragment>>, PageError> {
        let Some((_, parts)) = self.job(user).await? else { return Ok(None) };
        Ok(Some(parts.fragments()?))
    }

    async fn lines(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        match self.lines.next().await {
            Ok(Some(lines)) => self.state.rendered.event(self.id, &lines).ok(),
            Ok(None) => {
                let last = self.last().await;
                self.over = true;
                last
            }
            Err(error) => {
                tracing::error!(%error, job = self.id.0, "a stream ends, since the lines of its job cannot be read");
                None
            }
        }
    }

    fn has_lines(&self) -> bool {
        true
    }
}
