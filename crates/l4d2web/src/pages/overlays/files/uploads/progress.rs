use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use futures_util::{Stream, stream};
use tokio::sync::watch;
use tokio::time::timeout;

use super::answer::line;
use super::{answer, key};
use crate::files::upload::Phase;
use crate::pages::overlays::files::of_files;
use crate::pages::{PageError, PageResult};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// How often the figures of an archive are told.
const OFTEN: Duration = Duration::from_millis(300);

/// How the unpacking of an archive goes on: a line of JSON for each change, until nothing follows.
pub async fn progress(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    Path((_, upload)): Path<(String, String)>,
    me: LoggedIn,
) -> PageResult {
    let (overlay, id, user) = (of_files(&access)?, key(&upload)?, me.session.user.id);
    let Some(phase) = state.uploads.progress(overlay, user, &id) else {
        return Ok(match state.uploads.find(overlay, user, &id).await {
            Ok(_) => PageError::Conflict("Nothing is being unpacked here.".to_owned()).into_response(),
            Err(error) => answer(error),
        });
    };
    let admission = match state.streams.admit(user) {
        Ok(admission) => admission,
        Err(refused) => return Ok(refused.into_response()),
    };
    let lines = lines(phase);
    let body = Body::from_stream(futures_util::StreamExt::map(lines, move |line| {
        let _ = &admission;
        line
    }));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

fn lines(phase: watch::Receiver<Phase>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(Some((phase, true)), async |at| {
        let (mut phase, first) = at?;
        if !first {
            // Figures change without a word.
            let _ = timeout(OFTEN, phase.changed()).await;
        }
        let now = phase.borrow_and_update().clone();
        let text = format!("{}\n", line(&now));
        let next = (!now.is_last()).then_some((phase, false));
        Some((Ok(Bytes::from(text)), next))
    })
}
