use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use serde_json::json;

use super::answer;
use crate::pages::PageResult;
use crate::pages::overlays::files::of_files;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// What the reader has on its way into an overlay.
pub async fn list(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
) -> PageResult {
    let overlay = of_files(&access)?;
    Ok(match state.uploads.of(overlay, me.session.user.id).await {
        Ok(uploads) => {
            let rows = uploads.into_iter().map(|(upload, received)| {
                json!({ "id": upload.id, "path": upload.path, "size": upload.size, "received": received,
                        "unpack": upload.unpack, "state": upload.state.word() })
            });
            Json(rows.collect::<Vec<_>>()).into_response()
        }
        Err(error) => answer(error),
    })
}
