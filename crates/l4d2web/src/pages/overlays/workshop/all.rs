//! All items of an overlay, page by page.

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::check_kind;
use super::panel::amount;
use super::row::Row;
use crate::pages::kit::{Cut, Pager};
use crate::pages::{Nav, PageResult, Shell};
use crate::rights::OverlayRight;
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// How many stand on a page.
const A_PAGE: usize = 100;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/workshop/all.html")]
struct AllPage {
    shell: Shell,
    name: String,
    page: String,
    rows: Vec<Row>,
    may_change: bool,
    stays: bool,
    amount: String,
    trouble: usize,
    only_trouble: bool,
    number: usize,
    pager: Pager,
}

/// Which items.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    page: Option<usize>,
    only: Option<String>,
}

/// Shows them; by `only=trouble` those alone that need somebody.
pub async fn all(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult {
    check_kind(&access)?;
    let mut rows = Row::all(&state, access.overlay.id).await?;
    let (amount, trouble) = (amount(&rows), rows.iter().filter(|row| row.is_trouble()).count());
    let only_trouble = wish.only.is_some();
    if only_trouble {
        rows.retain(Row::is_trouble);
    }
    let page = format!("/overlays/{}", access.overlay.id);
    let only = if only_trouble { "&only=trouble" } else { "" };
    let link = |number: usize| format!("{page}/items?page={number}{only}");
    let Cut { rows, number, pager } = Cut::of(rows, A_PAGE, wish.page, ("Earlier items", "Later items"), link);
    let shown = AllPage {
        shell: shell.at(Nav::Overlays),
        name: access.overlay.name.clone(),
        may_change: access.standing.may(OverlayRight::Change),
        stays: false,
        page,
        rows: rows.into_iter().map(Row::open).collect(),
        amount,
        trouble,
        only_trouble,
        number,
        pager,
    };
    Ok(shown.into_response())
}
