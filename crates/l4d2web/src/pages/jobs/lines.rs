use askama::Template as _;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _};
use serde::Deserialize;

use super::line::Lines;
use super::show::BLOCK;
use crate::db::job_lines;
use crate::pages::{PageError, PageResult};
use crate::routes::JobAccess;
use crate::state::AppState;

/// Where the reader is.
#[derive(Debug, Deserialize)]
pub struct Place {
    before: i64,
}

/// The block of lines before a place, for a log that is scrolled up.
pub async fn lines(
    State(state): State<AppState>,
    Extension(JobAccess { job, .. }): Extension<JobAccess>,
    place: Result<Query<Place>, QueryRejection>,
) -> PageResult {
    let Ok(Query(Place { before })) = place else {
        return Err(PageError::Unprocessable("“before” takes the number of a line.".into()));
    };
    let lines = job_lines::before(&state.db, job.id, before, BLOCK).await?;
    Ok(Html(Lines::of(&lines).render()?).into_response())
}
