use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form, Json};
use serde_json::json;

use super::{answer, key};
use crate::files::OnTaken;
use crate::files::upload::Finished;
use crate::pages::PageResult;
use crate::pages::fields::{Fields, Sent};
use crate::pages::overlays::files::of_files;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Brings a file that is all here to its place, or begins to unpack it: 202 then.
pub async fn finish(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    Path((_, upload)): Path<(String, String)>,
    me: LoggedIn,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (overlay, id, fields) = (of_files(&access)?, key(&upload)?, Fields(&sent));
    let on_taken = fields.has("on_taken").then(|| OnTaken::parse(fields.get("on_taken")));
    Ok(match state.uploads.finish(overlay, me.session.user.id, &id, on_taken).await {
        Ok(Finished::Placed(path)) => Json(json!({ "placed": path.as_str() })).into_response(),
        Ok(Finished::Unpacking(_)) => (StatusCode::ACCEPTED, Json(json!({ "unpacking": true }))).into_response(),
        Err(error) => answer(error),
    })
}
