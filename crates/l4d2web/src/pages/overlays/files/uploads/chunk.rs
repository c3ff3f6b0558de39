use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;

use super::{answer, key};
use crate::pages::PageResult;
use crate::pages::overlays::files::of_files;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Where a piece begins.
#[derive(Debug, Deserialize)]
pub struct Offset {
    offset: u64,
}

/// Takes a piece of a file, which is the body of the request; how many bytes are here then.
pub async fn chunk(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    Path((_, upload)): Path<(String, String)>,
    Query(Offset { offset }): Query<Offset>,
    me: LoggedIn,
    body: Body,
) -> PageResult {
    let (overlay, id) = (of_files(&access)?, key(&upload)?);
    let taken = state.uploads.receive(overlay, me.session.user.id, &id, offset, body.into_data_stream()).await;
    Ok(match taken {
        Ok(received) => Json(json!({ "received": received })).into_response(),
        Err(error) => answer(error),
    })
}
