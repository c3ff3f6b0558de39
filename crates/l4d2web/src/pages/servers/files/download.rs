use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::IntoResponse as _;

use super::path::TreePath;
use super::refused;
use crate::host::Of;
use crate::pages::attachment::attachment;
use crate::pages::{PageError, PageResult};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

/// A file of a server, streamed: no more than a piece of it is ever held.
pub async fn download(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let user = visitor.user().ok_or(PageError::NotFound)?.id;
    let path = TreePath::of_query(&query.unwrap_or_default());
    let path = path.map_err(|error| PageError::Unprocessable(error.to_string()))?;
    let Some(name) = path.name() else {
        return Err(PageError::Unprocessable("A folder cannot be downloaded: take one of its files.".to_owned()));
    };
    let content = state.host.asked_by(user).cat(Of::Server(access.server.id), path.as_os_str()).await;
    let content = content.map_err(|error| refused(&error, &path))?;
    Ok((attachment(&name, "application/octet-stream"), Body::from_stream(content)).into_response())
}
