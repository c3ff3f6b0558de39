//! The source of one files overlay.

mod content;
mod folder;
mod list;
mod place;
mod relocate;
mod remove;
mod save;
mod weigh;
mod zip;

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use content::{Text, Version};
pub(super) use list::Listings;
pub use list::{Entry, EntryKind, Listing};
pub use place::OnTaken;
pub use save::Expected;
pub(in crate::files) use save::seal;
pub use weigh::{MOST, Weight};

use super::stage::Stage;
use super::{FilePath, FilesError, Reserve, beneath};
use crate::id::OverlayId;

/// Files of this length and more are stored read-only: a build shares them with the trees that it publishes by a hard link, so nothing may write
/// into one in place.
pub(crate) const SHARED_FROM: u64 = 1 << 20;

/// The open source of one overlay. Everything here blocks.
#[derive(Debug)]
pub struct Store {
    overlay: OverlayId,
    top: OwnedFd,
    pub(super) stage: Stage,
    writer: Arc<Mutex<()>>,
    pub(super) reserve: Reserve,
    listings: Listings,
}

impl Store {
    pub(super) fn open(
        root: &Path,
        overlay: OverlayId,
        writer: Arc<Mutex<()>>,
        reserve: Reserve,
        listings: &Listings,
    ) -> Result<Self, FilesError> {
        let opened = Stage::open(root).and_then(|stage| {
            let top = beneath::make_dirs(stage.files(), std::iter::once(overlay.to_string().as_str()))?;
            Ok((top, stage))
        });
        let (top, stage) = opened.map_err(FilesError::of(&FilePath::default()))?;
        Ok(Self { overlay, top, stage, writer, reserve, listings: listings.clone() })
    }

    /// Waits until nobody else writes into this overlay.
    pub(super) fn write(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn top(&self) -> BorrowedFd<'_> {
        self.top.as_fd()
    }

    /// Opens a folder of it.
    pub(super) fn dir(&self, path: &FilePath) -> Result<OwnedFd, FilesError> {
        beneath::open_dir(self.top(), path.as_str()).map_err(FilesError::of(path))
    }

    /// Opens the folder that something is in, and says under which name.
    pub(super) fn parent(&self, path: &FilePath) -> Result<(OwnedFd, String), FilesError> {
        let name = path.name().ok_or(super::PathError::Nothing)?;
        let dir = beneath::open_dir(self.top(), path.parent().as_str()).map_err(FilesError::of(path))?;
        Ok((dir, name.as_str().to_owned()))
    }

    /// Whether something is at a path.
    ///
    /// # Errors
    ///
    /// When that cannot be told.
    pub fn has(&self, path: &FilePath) -> Result<bool, FilesError> {
        match self.parent(path) {
            Ok((dir, name)) => Ok(beneath::stat(dir.as_fd(), name.as_str()).map_err(FilesError::of(path))?.is_some()),
            Err(FilesError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a path is a folder; the top is one.
    ///
    /// # Errors
    ///
    /// When nothing is there, or that cannot be told.
    pub fn is_folder(&self, path: &FilePath) -> Result<bool, FilesError> {
        if path.is_top() {
            return Ok(true);
        }
        let (dir, name) = self.parent(path)?;
        let stat = beneath::stat(dir.as_fd(), name.as_str()).map_err(FilesError::of(path))?;
        let stat = stat.ok_or_else(|| FilesError::Missing(path.clone()))?;
        Ok(beneath::kind(&stat) == rustix::fs::FileType::Directory)
    }
}
