use std::io;

use axum::body::Body;
use axum::response::IntoResponse as _;
use futures_util::StreamExt as _;

use super::{TreePath, refused};
use crate::host::Of;
use crate::id::UserId;
use crate::pages::attachment::attachment;
use crate::pages::{PageError, PageResult};
use crate::state::AppState;

/// The file that `query` names, streamed: no more than a piece of it is ever held.
pub(in crate::pages) async fn download(state: &AppState, user: UserId, of: Of, query: &str) -> PageResult {
    let path = TreePath::of_query(query).map_err(|error| PageError::Unprocessable(error.to_string()))?;
    let Some(name) = path.name() else {
        return Err(PageError::Unprocessable("A folder cannot be downloaded: take one of its files.".to_owned()));
    };
    // Each download holds a process on the host.
    let admission = match state.streams.admit(user) {
        Ok(admission) => admission,
        Err(refused) => return Ok(refused.into_response()),
    };
    let content = state.host.cat(of, path.as_os_str()).await.map_err(|error| refused(&error, &path))?;
    let content = content.map(move |piece: io::Result<_>| {
        let _ = &admission;
        piece
    });
    Ok((attachment(&name, "application/octet-stream"), Body::from_stream(content)).into_response())
}
