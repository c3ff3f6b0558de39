//! Looking at Steam again: for all items of an overlay, or for one.

use axum::extract::{Path, State};
use axum::{Extension, Form};

use super::check_kind;
use crate::db::workshop_items;
use crate::id::OverlayId;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Shell, Toast, refuse, went};
use crate::queue::Work;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;
use crate::steam::ItemId;

/// Asks for a build that first asks Steam for every item.
pub async fn check(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    again(&state, &access, &me, &shell, None, &sent).await
}

/// The same for one item.
pub async fn check_one(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Path((_, item)): Path<(i64, i64)>,
    Form(sent): Form<Sent>,
) -> PageResult {
    let item = ItemId::new(item).ok_or(PageError::NotFound)?;
    again(&state, &access, &me, &shell, Some(item), &sent).await
}

async fn again(
    state: &AppState,
    access: &OverlayAccess,
    me: &LoggedIn,
    shell: &Shell,
    item: Option<ItemId>,
    sent: &Sent,
) -> PageResult {
    check_kind(access)?;
    let id = access.overlay.id;
    if workshop_items::ask_again(&state.db, id, item).await? == 0 {
        return Err(match item {
            Some(_) => PageError::NotFound,
            None => PageError::Conflict("It has no items yet. Add one first.".to_owned()),
        });
    }
    state.bus.send(Change::Overlay(id));
    let job = state.queue.enqueue(Work::Build(id), Some(me.session.user.id)).await.map_err(refuse)?;
    let toast = Toast::job(&format!("Check “{}” for updates", access.overlay.name), job);
    Ok(went(shell, &back(id, sent), &toast))
}

/// Where somebody came from: the page of the overlay, or one of those with all items.
pub(super) fn back(id: OverlayId, sent: &Sent) -> String {
    match Fields(sent).get("back").parse::<usize>() {
        Ok(page) => format!("/overlays/{id}/items?page={page}"),
        Err(_) => format!("/overlays/{id}"),
    }
}
