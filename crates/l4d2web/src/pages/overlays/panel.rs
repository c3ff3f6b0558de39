//! What each kind of overlay puts into the page of one: the one place that names them all.

use super::{directory, files, maps, script, workshop};
use crate::db::overlays::Overlay;
use crate::live::Fragment;
use crate::overlays::Kind;
use crate::pages::{PageResult, Shell};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// What a kind of overlay puts into the page, as HTML.
#[derive(Debug, Clone, Default)]
pub(super) struct Panel {
    /// Buttons in the head, before those of every overlay.
    pub(super) acts: String,
    /// What it is made of, in the middle of the page.
    pub(super) body: String,
}

/// What the kind of this overlay puts into its page, which begins with the dialog that is asked for.
pub(super) async fn panel(state: &AppState, access: &OverlayAccess, shell: &Shell, ask: &str) -> PageResult<Panel> {
    match access.overlay.kind {
        Kind::Script => script::panel(state, access, shell).await,
        Kind::Directory => directory::panel(state, access),
        Kind::Workshop => workshop::panel(state, access, shell).await,
        Kind::Files => files::panel(state, access, shell, ask).await,
        Kind::Maps => maps::panel(state, access).await,
    }
}

/// The parts of it that the page's stream brings when they change. Each has an element with its `sse-swap` in the panel.
pub(super) async fn fragments(state: &AppState, access: &OverlayAccess) -> PageResult<Vec<Fragment>> {
    match access.overlay.kind {
        Kind::Workshop => workshop::fragments(state, access).await,
        Kind::Files => Ok(files::fragments()),
        Kind::Maps => maps::fragments(state, access).await,
        Kind::Script | Kind::Directory => Ok(Vec::new()),
    }
}

/// Why it cannot be built as it is; none when it can.
pub(super) async fn no_build(state: &AppState, overlay: &Overlay) -> PageResult<Option<String>> {
    Ok(crate::overlays::build::load(&state.db, overlay, false).await?.err())
}

/// Ends what people are sending into an overlay, before its row goes.
pub(super) async fn end(state: &AppState, overlay: &Overlay) -> PageResult<()> {
    match overlay.kind {
        Kind::Files => files::end(state, overlay).await,
        Kind::Directory | Kind::Workshop | Kind::Script | Kind::Maps => Ok(()),
    }
}

/// Removes what the panel keeps of an overlay outside of the database, once its row is gone.
pub(super) async fn forget(state: &AppState, overlay: &Overlay) -> PageResult<()> {
    match overlay.kind {
        Kind::Files => files::forget(state, overlay).await,
        Kind::Directory | Kind::Workshop | Kind::Script | Kind::Maps => Ok(()),
    }
}
