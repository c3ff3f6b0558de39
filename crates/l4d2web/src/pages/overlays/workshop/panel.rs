//! The form and the items in an overlay's page.

use askama::Template;

use super::row::Row;
use crate::live::Fragment;
use crate::pages::kit::{Field, count, size};
use crate::pages::overlays::panel::Panel;
use crate::pages::{PageResult, Shell};
use crate::rights::OverlayRight;
use crate::routes::OverlayAccess;
use crate::state::AppState;
use crate::workshop::ITEMS_MAX;

/// How many items stand in the page of an overlay; there is a page with all.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "overlays/workshop/panel.html")]
struct Body<'a> {
    shell: &'a Shell,
    page: String,
    typed: &'a Field,
    left_out: &'a [String],
    may_change: bool,
    items: String,
}

#[derive(Template)]
#[template(path = "overlays/workshop/acts.html")]
struct Acts {
    page: String,
}

/// The items, up to [`SHOWN`].
#[derive(Template)]
#[template(path = "overlays/workshop/items.html")]
struct Items {
    page: String,
    rows: Vec<Row>,
    may_change: bool,
    /// What is asked with `hx-`: the page stays where it is.
    stays: bool,
    /// How many there are, and their size.
    amount: String,
    /// How many need somebody.
    trouble: usize,
    all: usize,
}

/// What stands in the page.
pub(in crate::pages::overlays) async fn panel(
    state: &AppState,
    access: &OverlayAccess,
    shell: &Shell,
) -> PageResult<Panel> {
    with(state, access, shell, &Field::new("items", ""), &[]).await
}

/// The same with what was typed, or with what was left out of what was added.
pub(super) async fn with(
    state: &AppState,
    access: &OverlayAccess,
    shell: &Shell,
    typed: &Field,
    left_out: &[String],
) -> PageResult<Panel> {
    let page = format!("/overlays/{}", access.overlay.id);
    let may_change = access.standing.may(OverlayRight::Change);
    let items = items(state, access).await?;
    let body = Body { shell, page: page.clone(), typed, left_out, may_change, items };
    let acts = if may_change { Acts { page }.render().map_err(anyhow::Error::from)? } else { String::new() };
    Ok(Panel { acts, body: body.render().map_err(anyhow::Error::from)? })
}

/// What the page's stream brings.
pub(in crate::pages::overlays) async fn fragments(
    state: &AppState,
    access: &OverlayAccess,
) -> PageResult<Vec<Fragment>> {
    Ok(vec![Fragment::new("items", items(state, access).await?)])
}

async fn items(state: &AppState, access: &OverlayAccess) -> PageResult<String> {
    let rows = Row::all(state, access.overlay.id).await?;
    let (all, trouble, amount) = (rows.len(), rows.iter().filter(|row| row.is_trouble()).count(), amount(&rows));
    let rows = rows.into_iter().take(SHOWN).map(Row::open).collect();
    let items = Items {
        page: format!("/overlays/{}", access.overlay.id),
        may_change: access.standing.may(OverlayRight::Change),
        stays: true,
        rows,
        amount,
        trouble,
        all,
    };
    Ok(items.render().map_err(anyhow::Error::from)?)
}

/// `7 items, 4.6 GB`
pub(super) fn amount(rows: &[Row]) -> String {
    let bytes = rows.iter().filter_map(|row| row.item.bytes.or(row.item.cached_bytes));
    let bytes: u64 = bytes.filter_map(|bytes| u64::try_from(bytes).ok()).sum();
    format!("{}, {}", count(rows.len(), "item", "items"), size(bytes))
}
