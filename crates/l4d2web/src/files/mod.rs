//! Files overlays: the editable source of each, `$LEFT4ME_ROOT/files/<overlay>/`, and what comes into it.
//!
//! All work is done by descriptor beneath that directory, and no link in it is ever followed: an admin works in it by hand too, and nothing that
//! was put there may lead elsewhere. Whatever is written is put together in `files/.left4me-staging/` and comes to its place by one rename, so
//! that no half of it is ever seen or built. Nothing here knows users or pages; those ask by [`Files::store`].

pub(crate) mod beneath;
mod campaigns;
mod editable;
mod error;
mod path;
mod room;
mod stage;
pub mod store;
pub mod text;
pub mod upload;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub use editable::{EDIT_MAX, Language, is_editable, language};
pub use error::FilesError;
pub use path::{DEPTH_MAX, FileName, FilePath, NAME_MAX, OWN_PREFIX, PATH_MAX, PathError};
pub use room::{Full, Quota, Reserve};
pub use store::{OnTaken, Store};

use crate::id::OverlayId;
use crate::vpk::Mission;
use campaigns::Campaigns;
use store::Listings;
pub(crate) use store::SHARED_FROM;

/// All files overlays; a cheap copy.
#[derive(Debug, Clone)]
pub struct Files(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    reserve: Reserve,
    /// One writer at a time in each overlay.
    writers: Mutex<HashMap<OverlayId, Weak<Mutex<()>>>>,
    listings: Listings,
    campaigns: Campaigns,
}

impl Files {
    /// Those below `root` (`LEFT4ME_ROOT`).
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self::with_reserve(root, Reserve::default())
    }

    /// The same, with so much of the disk kept free.
    #[must_use]
    pub fn with_reserve(root: &Path, reserve: Reserve) -> Self {
        Self(Arc::new(Shared {
            root: root.to_owned(),
            reserve,
            writers: Mutex::default(),
            listings: Listings::default(),
            campaigns: Campaigns::default(),
        }))
    }

    /// The source of one overlay; its directory is made when it is not there. It blocks, as does all that is done with it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made or opened, or is none.
    pub fn store(&self, overlay: OverlayId) -> Result<Store, FilesError> {
        Store::open(&self.0.root, overlay, self.writer(overlay), self.0.reserve, &self.0.listings)
    }

    /// The campaigns that the source of an overlay describes; none where it cannot be read. It blocks.
    #[must_use]
    pub fn campaigns(&self, overlay: OverlayId) -> Vec<Mission> {
        self.0.campaigns.of(&self.0.root, overlay).unwrap_or_else(|error| {
            tracing::warn!(%overlay, %error, "the campaigns of an overlay cannot be read");
            Vec::new()
        })
    }

    /// `LEFT4ME_ROOT`.
    pub(crate) fn root(&self) -> &Path {
        &self.0.root
    }

    /// What writers of one overlay take turns by.
    fn writer(&self, overlay: OverlayId) -> Arc<Mutex<()>> {
        let mut writers = self.0.writers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writers.get(&overlay).and_then(Weak::upgrade) {
            return writer;
        }
        writers.retain(|_, writer| writer.strong_count() > 0);
        let writer = Arc::new(Mutex::new(()));
        writers.insert(overlay, Arc::downgrade(&writer));
        writer
    }
}
