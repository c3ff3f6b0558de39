use askama::Template;

use super::branch::{Branch, PAGE};
use super::upload::refused;
use super::{page, with_store};
use crate::db::overlays::Overlay;
use crate::files::{FilePath, FilesError};
use crate::live::Fragment;
use crate::overlays::Room;
use crate::pages::overlays::panel::Panel;
use crate::pages::{PageResult, Shell};
use crate::rights::OverlayRight;
use crate::routes::OverlayAccess;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "overlays/files/panel.html")]
struct Body<'a> {
    shell: &'a Shell,
    page: String,
    /// Which dialog the page begins with.
    ask: &'a str,
    tree: String,
    /// How many entries the top has.
    total: usize,
    /// What is on its way.
    uploads: Vec<Row>,
    room: Option<String>,
    /// Where on the machine it is; for admins, who may get there.
    by_hand: Option<String>,
}

/// An upload that is not at its end.
struct Row {
    id: String,
    path: String,
    size: u64,
    received: u64,
    state: &'static str,
}

impl Row {
    fn percent(&self) -> u64 {
        (self.received * 100).checked_div(self.size).unwrap_or(100)
    }
}

#[derive(Template)]
#[template(path = "overlays/files/acts.html")]
struct Acts {
    page: String,
}

/// What stands in the page: for those who may change it, its source and what is on its way there.
pub(in crate::pages::overlays) async fn panel(
    state: &AppState,
    access: &OverlayAccess,
    shell: &Shell,
    ask: &str,
) -> PageResult<Panel> {
    if !access.standing.may(OverlayRight::Change) {
        return Ok(Panel::default());
    }
    let id = access.overlay.id;
    let listing = with_store(state, id, |store| store.list(&FilePath::default(), 0, PAGE)).await?;
    let listing = listing.map_err(anyhow::Error::from)?;
    let tree = Branch::of(&page(id), &FilePath::default(), &listing).render().map_err(anyhow::Error::from)?;
    let mut rows = Vec::new();
    if let Some(user) = &shell.user {
        let uploads = state.uploads.of(id, user.id).await.map_err(anyhow::Error::from)?;
        rows.extend(uploads.into_iter().map(|(upload, received)| Row {
            id: upload.id.to_string(),
            path: upload.path,
            size: u64::try_from(upload.size).unwrap_or_default(),
            received,
            state: upload.state.word(),
        }));
    }
    let quota = state.uploads.quota(id).await.map_err(refused)?;
    let room = quota.map(|quota| Room { used: quota.used, max: Some(quota.most) }.words());
    let by_hand = access.standing.admin.then(|| format!("files/{id}"));
    let body = Body { shell, page: page(id), ask, tree, total: listing.total, uploads: rows, room, by_hand };
    Ok(Panel {
        acts: Acts { page: page(id) }.render().map_err(anyhow::Error::from)?,
        body: body.render().map_err(anyhow::Error::from)?,
    })
}

/// What the page's stream brings: nothing, since its own scripts read the folders that they changed.
pub(in crate::pages::overlays) fn fragments() -> Vec<Fragment> {
    Vec::new()
}

/// Ends what is on its way into it, and removes that.
pub(in crate::pages::overlays) async fn end(state: &AppState, overlay: &Overlay) -> PageResult<()> {
    Ok(state.uploads.forget_all(overlay.id).await.map_err(anyhow::Error::from)?)
}

/// Removes the source.
pub(in crate::pages::overlays) async fn forget(state: &AppState, overlay: &Overlay) -> PageResult<()> {
    let (files, id) = (state.uploads.files().clone(), overlay.id);
    let removed = tokio::task::spawn_blocking(move || files.store(id)?.remove_all()).await;
    let removed: Result<(), FilesError> = removed.map_err(anyhow::Error::from)?;
    Ok(removed.map_err(anyhow::Error::from)?)
}
