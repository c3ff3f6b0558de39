//! The maps in an overlay's page.

use askama::Template;

use super::row::{Row, amount};
use crate::db::collections;
use crate::live::Fragment;
use crate::pages::PageResult;
use crate::pages::overlays::panel::Panel;
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// How many maps stand in the page of an overlay; there is a page with all.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "overlays/maps/panel.html")]
struct Body {
    maps: String,
}

/// The maps, up to [`SHOWN`].
#[derive(Template)]
#[template(path = "overlays/maps/maps.html")]
struct Shown {
    page: String,
    /// Whose they are: `l4d2center.com`.
    source: &'static str,
    looked_at: Option<i64>,
    trouble: Option<String>,
    rows: Vec<Row>,
    amount: String,
    /// How many need somebody.
    troubled: usize,
    all: usize,
}

/// What stands in the page.
pub(in crate::pages::overlays) async fn panel(state: &AppState, access: &OverlayAccess) -> PageResult<Panel> {
    let body = Body { maps: maps(state, access).await? };
    Ok(Panel { acts: String::new(), body: body.render().map_err(anyhow::Error::from)? })
}

/// What the page's stream brings.
pub(in crate::pages::overlays) async fn fragments(
    state: &AppState,
    access: &OverlayAccess,
) -> PageResult<Vec<Fragment>> {
    Ok(vec![Fragment::new("items", maps(state, access).await?)])
}

async fn maps(state: &AppState, access: &OverlayAccess) -> PageResult<String> {
    let overlay = access.overlay.id;
    let Some(collection) = collections::find(&state.db, overlay).await? else { return Ok(String::new()) };
    let mut rows = Row::all(state, overlay).await?;
    let (all, amount) = (rows.len(), amount(&rows));
    let troubled = rows.iter().filter(|row| row.is_trouble()).count();
    rows.truncate(SHOWN);
    let shown = Shown {
        page: format!("/overlays/{overlay}"),
        source: collection.source.title(),
        looked_at: collection.looked_at,
        trouble: collection.trouble,
        rows,
        amount,
        troubled,
        all,
    };
    Ok(shown.render().map_err(anyhow::Error::from)?)
}
