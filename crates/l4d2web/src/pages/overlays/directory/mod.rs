//! What a directory of the machine is made of: what an admin puts there.

use askama::Template;

use super::panel::Panel;
use crate::pages::PageResult;
use crate::routes::OverlayAccess;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "overlays/directory/panel.html")]
struct Body {
    /// Where it lies.
    place: String,
    admin: bool,
}

/// What stands in the page.
pub(super) fn panel(state: &AppState, access: &OverlayAccess) -> PageResult<Panel> {
    let place = state.config.root.join("overlays").join(&access.overlay.reference).display().to_string();
    let body = Body { place, admin: access.standing.admin };
    Ok(Panel { acts: String::new(), body: body.render().map_err(anyhow::Error::from)? })
}
