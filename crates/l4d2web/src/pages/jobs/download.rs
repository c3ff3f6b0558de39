use std::fmt::Write as _;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use jiff::Timestamp;

use crate::db::job_lines::{self, JobLine, LineStream};
use crate::live::plain;
use crate::routes::JobAccess;
use crate::state::AppState;

/// How many lines are read at a time: a log of any length takes no more memory than these, each of which may have 16 KiB.
const PIECE: u32 = 256;

/// The whole log as a text: time, source and words of each line.
pub async fn download(
    State(state): State<AppState>,
    Extension(JobAccess { job, .. }): Extension<JobAccess>,
) -> Response {
    let id = job.id;
    let pieces = stream::try_unfold(0, move |after| {
        let db = state.db.clone();
        async move {
            let lines = job_lines::after(&db, id, after, PIECE).await?;
            let Some(last) = lines.last().map(|line| line.seq) else { return Ok::<_, sqlx::Error>(None) };
            Ok(Some((Bytes::from(text(&lines)), last)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"job-{id}.log\"")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

fn text(lines: &[JobLine]) -> String {
    let mut text = String::with_capacity(lines.len() * 96);
    for line in lines {
        let at = Timestamp::from_millisecond(line.at).unwrap_or(Timestamp::UNIX_EPOCH);
        let source = match line.stream {
            LineStream::Stdout => "out",
            LineStream::Stderr => "err",
            LineStream::Left4me => "left4me",
        };
        let _ = writeln!(text, "{at:.3} {source:7} {}", plain(&line.line));
    }
    text
}
