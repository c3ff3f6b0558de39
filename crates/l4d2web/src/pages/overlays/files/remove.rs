use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::place::parse;
use super::{changed, of_files, page, refused, with_store};
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Deletes a file, or a folder with all that is in it.
pub async fn remove(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let id = of_files(&access)?;
    let path = parse(Fields(&sent).get("path"))?;
    if path.is_top() {
        return Err(PageError::Unprocessable(
            "The top cannot be deleted: delete what is in it, or the overlay.".to_owned(),
        ));
    }
    let own = path.clone();
    with_store(&state, id, move |store| store.remove(&own)).await?.map_err(refused)?;
    tracing::info!(by = me.session.user.name, overlay = id.0, %path, "deleted files of an overlay");
    changed(&state, id).await?;
    if shell.fragment {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(go(&shell, &format!("{}/source?path={}", page(id), path.parent().encoded())))
}
