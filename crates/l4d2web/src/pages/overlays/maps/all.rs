//! All maps of a collection, page by page.

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::row::{Row, amount};
use crate::overlays::Kind;
use crate::pages::kit::{Cut, Pager};
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// How many stand on a page.
const A_PAGE: usize = 100;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/maps/all.html")]
struct AllPage {
    shell: Shell,
    name: String,
    page: String,
    rows: Vec<Row>,
    amount: String,
    troubled: usize,
    only_trouble: bool,
    pager: Pager,
}

/// Which maps.
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
    if access.overlay.kind != Kind::Maps {
        return Err(PageError::NotFound);
    }
    let mut rows = Row::all(&state, access.overlay.id).await?;
    let (amount, troubled) = (amount(&rows), rows.iter().filter(|row| row.is_trouble()).count());
    let only_trouble = wish.only.is_some();
    if only_trouble {
        rows.retain(Row::is_trouble);
    }
    let page = format!("/overlays/{}", access.overlay.id);
    let only = if only_trouble { "&only=trouble" } else { "" };
    let link = |number: usize| format!("{page}/maps?page={number}{only}");
    let Cut { rows, pager, .. } = Cut::of(rows, A_PAGE, wish.page, ("Earlier maps", "Later maps"), link);
    let name = access.overlay.name.clone();
    let shown = AllPage { shell: shell.at(Nav::Overlays), name, page, rows, amount, troubled, only_trouble, pager };
    Ok(shown.into_response())
}
