//! What is on its way into a files overlay, piece by piece, so that a lost connection, a reload of the page and a restart of the panel cost no
//! more than a piece.
//!
//! The rows are in the table `uploads`, the bytes in the staging directory. The pieces of one file come one after the other, each where the one
//! before ended: how long the file is there says how much has come. A piece that would leave a hole, overlap or be too much is refused, and so
//! are two at once. The room for all of it is taken from the disk at the beginning, where the file system can do that.

mod claim;
mod create;
mod error;
mod finish;
mod id;
mod merge;
mod receive;
mod tidy;
mod unpack;
mod whole;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};

pub use claim::Claim;
use create::LARGEST;
pub use create::{New, Stamp};
pub use error::UploadError;
pub use finish::Finished;
pub use id::{State, UploadId};
pub use receive::CHUNK_MAX;
pub use unpack::Phase;

use super::stage::Purpose;
use super::{Files, FilesError, Store, beneath};
use crate::archive::Limits;
use crate::clock::Clock;
use crate::db::uploads::Upload;
use crate::db::{self, Db};
use crate::id::{OverlayId, UserId};
use crate::live::{Bus, Change};

/// Archives that are unpacked at once, whoever sent them: each takes a core, and a .7z up to 300 MB of memory.
const UNPACKED_AT_ONCE: usize = 2;
/// How long an upload to which nothing comes is kept, in seconds.
pub const KEPT: i64 = 24 * 3600;

/// All uploads; a cheap copy.
#[derive(Debug, Clone)]
pub struct Uploads(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    db: Db,
    clock: Clock,
    bus: Bus,
    files: Files,
    limits: Limits,
    /// What tells this boot of the machine from others.
    boot: String,
    /// Those at which something is done just now.
    busy: Mutex<HashSet<UploadId>>,
    /// Those of which what came is being brought to the disk.
    syncing: Mutex<HashSet<UploadId>>,
    /// The archives that are being unpacked, for those who watch.
    unpacking: Mutex<HashMap<UploadId, unpack::Work>>,
    /// How the last of them ended, for those who ask too late to have watched.
    ended: Mutex<VecDeque<unpack::Ended>>,
    turns: Mutex<HashMap<UserId, Arc<tokio::sync::Mutex<()>>>>,
    slots: Semaphore,
    /// What comes into the overlays of an owner and is counted nowhere else yet, in bytes.
    claims: Mutex<HashMap<UserId, u64>>,
}

/// That something is done at an upload: nobody else does anything at it then.
#[derive(Debug)]
pub struct Held {
    shared: Arc<Shared>,
    id: UploadId,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Uploads {
    /// None yet; [`Uploads::recover`] sees to those of an earlier life.
    #[must_use]
    pub fn new(db: Db, clock: Clock, bus: Bus, files: Files, limits: Limits) -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        Self(Arc::new(Shared {
            db,
            clock,
            bus,
            files,
            limits,
            boot,
            busy: Mutex::default(),
            syncing: Mutex::default(),
            unpacking: Mutex::default(),
            ended: Mutex::default(),
            turns: Mutex::default(),
            slots: Semaphore::new(UNPACKED_AT_ONCE),
            claims: Mutex::default(),
        }))
    }

    /// The overlays that they go to.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// What is said of one: the row, and how many bytes have come.
    ///
    /// # Errors
    ///
    /// When it is not there, or not this user's.
    pub async fn find(&self, overlay: OverlayId, user: UserId, id: &UploadId) -> Result<(Upload, u64), UploadError> {
        let upload = db::uploads::find(&self.0.db, overlay, user, id).await?.ok_or(UploadError::Gone)?;
        let store = self.store(overlay).await?;
        let own = upload.id.clone();
        let received = blocking(move || received(&store, &own)).await?;
        Ok((upload, received))
    }

    /// All that somebody sends into an overlay, with how many bytes have come.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn of(&self, overlay: OverlayId, user: UserId) -> Result<Vec<(Upload, u64)>, UploadError> {
        let rows = db::uploads::of(&self.0.db, overlay, user).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let store = self.store(overlay).await?;
        blocking(move || {
            Ok(rows
                .into_iter()
                .map(|upload| {
                    let received = received(&store, &upload.id).unwrap_or(0);
                    (upload, received)
                })
                .collect())
        })
        .await
    }

    /// Forgets one and all that came of it. An archive that is being unpacked is stopped first.
    ///
    /// # Errors
    ///
    /// When it is not there, or something is done at it that cannot be stopped.
    pub async fn cancel(&self, overlay: OverlayId, user: UserId, id: &UploadId) -> Result<(), UploadError> {
        let (upload, _) = self.find(overlay, user, id).await?;
        self.stop_unpacking(id).await;
        let _held = self.hold(id)?;
        self.forget(upload.overlay_id, id).await
    }

    /// Forgets all that is on its way into an overlay, whoever sends it: the overlay goes.
    ///
    /// # Errors
    ///
    /// When the database or the disk fails.
    pub async fn forget_all(&self, overlay: OverlayId) -> Result<(), UploadError> {
        for upload in db::uploads::all(&self.0.db).await? {
            if upload.overlay_id == overlay {
                self.stop_unpacking(&upload.id).await;
                // A piece that is being written ends with an upload that is not known.
                self.forget(overlay, &upload.id).await?;
            }
        }
        Ok(())
    }

    async fn forget(&self, overlay: OverlayId, id: &UploadId) -> Result<(), UploadError> {
        let (store, own) = (self.store(overlay).await?, id.clone());
        db::uploads::delete(&self.0.db, id).await?;
        blocking(move || remove(&store, &own)).await
    }

    /// Notes that what an overlay is built of has changed and how much it is now, and tells open pages.
    ///
    /// # Errors
    ///
    /// When the database fails, or the source cannot be opened.
    pub async fn changed(&self, overlay: OverlayId) -> Result<(), UploadError> {
        db::overlay_builds::touch(&self.0.db, overlay, self.0.clock.now()).await?;
        self.weigh(overlay).await?;
        self.0.bus.send(Change::Overlay(overlay));
        Ok(())
    }

    async fn store(&self, overlay: OverlayId) -> Result<Store, UploadError> {
        let files = self.0.files.clone();
        blocking(move || Ok(files.store(overlay)?)).await
    }

    /// Makes sure that nobody else does anything at one.
    fn hold(&self, id: &UploadId) -> Result<Held, UploadError> {
        let free = self.busy().insert(id.clone());
        if free { Ok(Held { shared: Arc::clone(&self.0), id: id.clone() }) } else { Err(UploadError::Busy) }
    }

    fn busy(&self) -> MutexGuard<'_, HashSet<UploadId>> {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unpacking(&self) -> MutexGuard<'_, HashMap<UploadId, unpack::Work>> {
        self.0.unpacking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the unpacking of one goes on; none when it is not being unpacked.
    #[must_use]
    pub fn watch(&self, id: &UploadId) -> Option<watch::Receiver<Phase>> {
        self.unpacking().get(id).map(unpack::Work::watch)
    }
}

/// The name of its bytes.
fn part(id: &UploadId) -> String {
    format!("{}-{id}", Purpose::Upload.word())
}

/// The name of what an archive holds.
fn unpacked(id: &UploadId) -> String {
    format!("{}-{id}", Purpose::Unpack.word())
}

fn received(store: &Store, id: &UploadId) -> Result<u64, UploadError> {
    let file = beneath::open_own(store.stage.dir(), &part(id)).map_err(|_| UploadError::Gone)?;
    Ok(file.metadata().map_err(UploadError::Disk)?.len())
}

fn remove(store: &Store, id: &UploadId) -> Result<(), UploadError> {
    for name in [part(id), unpacked(id)] {
        beneath::remove_tree(store.stage.dir(), name.as_str()).map_err(UploadError::Disk)?;
    }
    Ok(())
}

/// Does what waits for the disk where that holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| UploadError::Broken)?
}

impl From<FilesError> for UploadError {
    fn from(error: FilesError) -> Self {
        Self::Files(error)
    }
}
