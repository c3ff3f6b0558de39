//! What a files overlay is made of: what somebody uploaded and edits.

use askama::Template;

use super::panel::Panel;
use crate::live::Fragment;
use crate::pages::{PageResult, Shell};
use crate::routes::OverlayAccess;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "overlays/files/panel.html")]
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

/// Removes what was uploaded.
#[expect(clippy::unused_async, reason = "what was uploaded lies on disk")]
pub(super) async fn forget(_: &AppState, _: &crate::db::overlays::Overlay) -> PageResult<()> {
    Ok(())
}
