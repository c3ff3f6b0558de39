use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::{State, UploadError, UploadId, Uploads, blocking, part, received};
use crate::db;
use crate::db::uploads::Upload;
use crate::files::{FilePath, FilesError, OnTaken, beneath};
use crate::id::{OverlayId, UserId};

/// Largest file, in bytes: no overlay is larger.
pub(super) const LARGEST: u64 = 20_000_000_000;
/// Most unfinished uploads of one user.
const MOST: i64 = 200;

/// What a browser knows a file by besides its name and size; the same file chosen again goes on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(String);

impl Stamp {
    /// At most 64 letters of what was sent.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.chars().filter(char::is_ascii_graphic).take(64).collect())
    }
}

/// An upload that is asked for.
#[derive(Debug, Clone)]
pub struct New {
    /// Into which overlay.
    pub overlay: OverlayId,
    /// Who sends it.
    pub user: UserId,
    /// Where it goes; for an archive whose content is wanted, its own place in the folder that gets that.
    pub path: FilePath,
    /// How long it is.
    pub size: u64,
    /// What the browser knows it by.
    pub stamp: Stamp,
    /// Whether its content is wanted.
    pub unpack: bool,
    /// What is done when its name is taken.
    pub on_taken: OnTaken,
}

impl Uploads {
    /// Takes note of one, and makes room for it. One that this user began with the same file before goes on: how many bytes of it are here.
    ///
    /// # Errors
    ///
    /// When it is too large, there is no room, or its name is taken and nothing was chosen for that.
    pub async fn create(&self, new: New) -> Result<(UploadId, u64), UploadError> {
        if new.size > LARGEST {
            return Err(UploadError::Large { most: LARGEST, length: new.size });
        }
        if let Some(known) = self.same(&new).await? {
            return Ok(known);
        }
        let open = db::uploads::count(&self.0.db, new.user).await?;
        if open >= MOST {
            return Err(UploadError::Many(open));
        }
        // Once the row is there, that is what counts.
        let _claim = self.claim(new.overlay, new.size).await?;
        let id = UploadId::random();
        let store = self.store(new.overlay).await?;
        let (own, path, size) = (id.clone(), new.path.clone(), new.size);
        let asks = new.on_taken == OnTaken::Refuse && !new.unpack;
        blocking(move || {
            if asks && store.has(&path)? {
                return Err(FilesError::Taken(path).into());
            }
            store.reserve.fits(store.top(), size).map_err(FilesError::Full)?;
            let file = beneath::create(store.stage.dir(), &part(&own)).map_err(UploadError::Disk)?;
            match if size == 0 { Ok(()) } else { fallocate(&file, FallocateFlags::KEEP_SIZE, 0, size) } {
                // Then the disk may be full in the middle, which is seen there.
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
                Err(error) => {
                    beneath::remove_tree(store.stage.dir(), part(&own).as_str()).map_err(UploadError::Disk)?;
                    Err(UploadError::written(error.into(), path.as_str(), size))
                }
            }
        })
        .await?;
        let row = self.row(&new, id.clone());
        if let Err(error) = db::uploads::insert(&self.0.db, &row).await {
            self.forget(new.overlay, &id).await?;
            return Err(error.into());
        }
        Ok((id, 0))
    }

    pub(super) fn row(&self, new: &New, id: UploadId) -> Upload {
        Upload {
            id,
            overlay_id: new.overlay,
            user_id: new.user,
            path: new.path.to_string(),
            size: i64::try_from(new.size).unwrap_or(i64::MAX),
            stamp: new.stamp.0.clone(),
            unpack: new.unpack,
            on_taken: new.on_taken.word().to_owned(),
            state: State::Sending,
            synced: 0,
            boot: self.0.boot.clone(),
            touched_at: self.0.clock.now(),
        }
    }

    /// The one that this user has begun with the same file.
    async fn same(&self, new: &New) -> Result<Option<(UploadId, u64)>, UploadError> {
        let mine = db::uploads::of(&self.0.db, new.overlay, new.user).await?;
        let same = mine.into_iter().find(|upload| {
            upload.path == new.path.as_str()
                && u64::try_from(upload.size) == Ok(new.size)
                && upload.stamp == new.stamp.0
                && upload.unpack == new.unpack
                && upload.state == State::Sending
        });
        let Some(same) = same else { return Ok(None) };
        let (store, id) = (self.store(new.overlay).await?, same.id.clone());
        let come = blocking(move || received(&store, &id)).await?;
        if new.on_taken != OnTaken::Refuse {
            let now = self.0.clock.now();
            db::uploads::set_state(&self.0.db, &same.id, State::Sending, new.on_taken.word(), now).await?;
        }
        Ok(Some((same.id, come)))
    }
}
