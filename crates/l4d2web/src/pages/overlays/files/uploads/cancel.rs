use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::{answer, key};
use crate::pages::overlays::files::{of_files, page};
use crate::pages::{PageResult, Shell, go};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Forgets an upload and what came of it.
pub async fn cancel(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    Path((_, upload)): Path<(String, String)>,
    me: LoggedIn,
    shell: Shell,
) -> PageResult {
    let (overlay, id) = (of_files(&access)?, key(&upload)?);
    Ok(match state.uploads.cancel(overlay, me.session.user.id, &id).await {
        Ok(()) if shell.fragment => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => go(&shell, &page(overlay)),
        Err(error) => answer(error),
    })
}
