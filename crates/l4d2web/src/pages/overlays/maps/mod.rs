//! What a map collection is made of: campaigns that somebody else keeps.

use askama::Template;

use super::panel::Panel;
use crate::live::Fragment;
use crate::pages::{PageResult, Shell};
use crate::routes::OverlayAccess;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "overlays/maps/panel.html")]
struct Body;

/// What stands in the page.
#[expect(clippy::unused_async, reason = "what it is made of is read from the database")]
pub(super) async fn panel(_: &AppState, _: &OverlayAccess, _: &Shell) -> PageResult<Panel> {
    Ok(Panel { acts: String::new(), body: Body.render().map_err(anyhow::Error::from)? })
}

/// What the page's stream brings.
#[expect(clippy::unused_async, reason = "what it is made of is read from the database")]
pub(super) async fn fragments(_: &AppState, _: &OverlayAccess) -> PageResult<Vec<Fragment>> {
    Ok(Vec::new())
}
