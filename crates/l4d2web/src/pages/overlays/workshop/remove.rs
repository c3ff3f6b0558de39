use axum::extract::{Path, State};
use axum::{Extension, Form};

use super::again::back;
use super::check_kind;
use crate::db::{overlay_items, workshop_items};
use crate::live::Change;
use crate::pages::fields::Sent;
use crate::pages::{PageError, PageResult, Shell, Toast, refuse, went};
use crate::queue::Work;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;
use crate::steam::ItemId;

/// Takes an item out, and asks for a build without it.
pub async fn remove(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Path((_, item)): Path<(i64, i64)>,
    Form(sent): Form<Sent>,
) -> PageResult {
    check_kind(&access)?;
    let (id, item) = (access.overlay.id, ItemId::new(item).ok_or(PageError::NotFound)?);
    let known = workshop_items::find(&state.db, item).await?.ok_or(PageError::NotFound)?;
    if !overlay_items::remove(&state.db, id, item, state.clock.now()).await? {
        return Err(PageError::NotFound);
    }
    state.bus.send(Change::Overlay(id));
    let job = state.queue.enqueue(Work::Build(id), Some(me.session.user.id)).await.map_err(refuse)?;
    let title = if known.title.is_empty() { item.to_string() } else { format!("“{}”", known.title) };
    let toast = Toast::words(format!("{title} is taken out. Servers lose it after the build and a restart.")).with(job);
    Ok(went(&shell, &back(id, &sent), &toast))
}
