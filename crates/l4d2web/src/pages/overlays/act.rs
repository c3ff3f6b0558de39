use axum::Extension;
use axum::extract::State;

use super::panel;
use crate::db::quotas;
use crate::pages::jobs::title;
use crate::pages::{PageError, PageResult, Shell, Toast, refuse, went};
use crate::queue::{Kind, Work};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Asks for a build.
pub async fn build(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
) -> PageResult {
    let overlay = access.overlay;
    if let Some(why) = panel::no_build(&state, &overlay).await? {
        return Err(PageError::Conflict(why));
    }
    let room = quotas::room(&state.db, overlay.owner_id).await?;
    room.for_one(overlay.counted()).map_err(PageError::Conflict)?;
    let job = state.queue.enqueue(Work::Build(overlay.id), Some(me.session.user.id)).await.map_err(refuse)?;
    let toast = Toast::job(&title(Kind::Build, &overlay.name), job);
    Ok(went(&shell, &format!("/overlays/{}", overlay.id), &toast))
}
