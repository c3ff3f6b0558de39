use axum::extract::{Path, State};

use super::list::words;
use crate::db;
use crate::id::OverlayId;
use crate::live::Change;
use crate::overlays::Kind;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// Takes a plain directory that no blueprint uses out of the list. Its files stay where they are.
pub async fn delete(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<OverlayId>,
) -> PageResult {
    let overlay = db::overlays::find(&state.db, id).await?.ok_or(PageError::NotFound)?;
    if overlay.kind != Kind::Directory {
        return Err(PageError::NotFound);
    }
    if db::overlays::delete_unused(&state.db, id).await? {
        state.bus.send(Change::Overlay(id));
        return Ok(go(&shell, "/overlays"));
    }
    let uses = db::overlays::uses(&state.db).await?;
    let holders = words(&uses, id, me.session.user.id).unwrap_or_else(|| "a blueprint".to_owned());
    Err(PageError::Conflict(format!("“{}” is in use by {holders}. Take it out there first.", overlay.name)))
}
