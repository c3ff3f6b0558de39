//! What a files overlay is made of: what somebody uploaded and edits. All of it is for those who may change the overlay; others see what is
//! published of it.

mod branch;
mod download;
mod edit;
mod entry;
mod folder;
mod new;
mod panel;
mod place;
mod refused;
mod relocate;
mod remove;
mod room;
mod upload;
mod uploads;

pub use download::{file, zip};
pub use edit::{edit, save};
pub use entry::entry;
pub use folder::{folder, make_folder};
pub use new::{create, new};
pub(super) use panel::{end, forget, fragments, panel};
pub use relocate::relocate;
pub use remove::remove;
pub use upload::upload;
pub use uploads::{begin, cancel, chunk, finish, list as uploads, progress};

use crate::files::Store;
use crate::id::OverlayId;
use crate::overlays::Kind;
use crate::pages::{PageError, PageResult};
use crate::routes::OverlayAccess;
use crate::state::AppState;
use refused::refused;

/// Where the page of an overlay is.
fn page(id: OverlayId) -> String {
    format!("/overlays/{id}")
}

/// The key of the overlay when it is made of files; the others have none of these pages.
fn of_files(access: &OverlayAccess) -> PageResult<OverlayId> {
    if access.overlay.kind == Kind::Files { Ok(access.overlay.id) } else { Err(PageError::NotFound) }
}

/// Does something with the source of an overlay where that may wait for the disk.
async fn with_store<T: Send + 'static>(
    state: &AppState,
    id: OverlayId,
    work: impl FnOnce(&Store) -> Result<T, crate::files::FilesError> + Send + 'static,
) -> PageResult<Result<T, crate::files::FilesError>> {
    let files = state.uploads.files().clone();
    let done = tokio::task::spawn_blocking(move || files.store(id).and_then(|store| work(&store))).await;
    done.map_err(|error| anyhow::Error::new(error).context("work on files broke down").into())
}

/// Notes that the source has changed, and tells open pages.
async fn changed(state: &AppState, id: OverlayId) -> PageResult<()> {
    state.uploads.changed(id).await.map_err(upload::refused)
}
