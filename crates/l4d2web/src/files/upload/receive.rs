use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::pin::pin;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::{State, UploadError, UploadId, Uploads, blocking, part};
use crate::db;
use crate::db::uploads::Upload;
use crate::files::{FilesError, beneath};
use crate::id::{OverlayId, UserId};

/// Longest piece, in bytes.
pub const CHUNK_MAX: u64 = 8 << 20;
/// How much is gathered before it is written: as much as is held in memory, twice.
const GATHERED: usize = 1 << 20;
/// After how many bytes those before are brought to the disk: about so much may be lost by a power cut.
const SYNCED: u64 = 64 << 20;
/// How often it is written that an upload is alive, in seconds.
const TOLD: i64 = 600;

impl Uploads {
    /// Takes a piece, which begins at `offset`; how many bytes have come now. When the sender goes in the middle, what came before is kept.
    ///
    /// # Errors
    ///
    /// When it does not begin where the last piece ended, is too much, another one is being taken, or the disk is full.
    pub async fn receive<E>(
        &self,
        overlay: OverlayId,
        user: UserId,
        id: &UploadId,
        offset: u64,
        piece: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<u64, UploadError> {
        let upload = db::uploads::find(&self.0.db, overlay, user, id).await?.ok_or(UploadError::Gone)?;
        let held = self.hold(id)?;
        if upload.state != State::Sending {
            return Err(UploadError::Unpacking);
        }
        let (store, own, path) = (self.store(overlay).await?, id.clone(), upload.path.clone());
        let size = u64::try_from(upload.size).unwrap_or(0);
        let file = blocking(move || {
            let file = beneath::open_own(store.stage.dir(), &part(&own)).map_err(|_| UploadError::Gone)?;
            let received = file.metadata().map_err(UploadError::Disk)?.len();
            if received != offset {
                return Err(UploadError::Place { offset, received });
            }
            // What was taken from the disk at the beginning is not free any more, so it is not asked for again; a disk that others fill ends it.
            let taken = u64::try_from(rustix::fs::fstat(&file).map_or(0, |stat| stat.st_blocks)).unwrap_or(0) * 512;
            let rest = size.saturating_sub(taken.max(received));
            if rest > 0 {
                store.reserve.fits(store.top(), rest).map_err(FilesError::Full)?;
            }
            Ok(file)
        })
        .await?;
        let file = Arc::new(file);
        let taken = take(&file, offset, size, &path, piece).await;
        let keep = !matches!(taken, Err(UploadError::LongPiece | UploadError::TooMuch(_)));
        let own = Arc::clone(&file);
        let received = blocking(move || {
            if !keep {
                own.set_len(offset).map_err(UploadError::Disk)?;
            }
            Ok(own.metadata().map_err(UploadError::Disk)?.len())
        })
        .await?;
        self.note(&upload, received, file).await?;
        drop(held);
        taken.map(|()| received)
    }

    /// Writes now and then that the upload is alive, and sees to it that what came is on the disk; nobody waits for that.
    async fn note(&self, upload: &Upload, received: u64, file: Arc<File>) -> Result<(), UploadError> {
        let now = self.0.clock.now();
        if now - upload.touched_at >= TOLD {
            db::uploads::touch(&self.0.db, &upload.id, upload.synced, &self.0.boot, now).await?;
        }
        if received.saturating_sub(u64::try_from(upload.synced).unwrap_or(0)) < SYNCED || !self.begin_sync(&upload.id) {
            return Ok(());
        }
        let (uploads, id) = (self.clone(), upload.id.clone());
        tokio::spawn(async move {
            let done = blocking(move || file.sync_data().map_err(UploadError::Disk)).await;
            let done = match done {
                Ok(()) => uploads.synced(&id, received).await,
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                tracing::warn!(upload = %id, %error, "what came of an upload could not be brought to the disk yet");
            }
            uploads.0.syncing.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
        Ok(())
    }

    fn begin_sync(&self, id: &UploadId) -> bool {
        self.0.syncing.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone())
    }

    async fn synced(&self, id: &UploadId, bytes: u64) -> Result<(), UploadError> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        Ok(db::uploads::touch(&self.0.db, id, bytes, &self.0.boot, self.0.clock.now()).await?)
    }
}

/// Writes a piece: while one part of it goes to the disk, the next is gathered.
async fn take<E>(
    file: &Arc<File>,
    offset: u64,
    size: u64,
    path: &str,
    piece: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), UploadError> {
    let mut piece = pin!(piece);
    let (mut at, mut come) = (offset, 0_u64);
    let mut writing = None;
    loop {
        let (mut parts, mut length) = (Vec::new(), 0);
        let mut ended = None;
        while length < GATHERED {
            match piece.next().await {
                Some(Ok(bytes)) => {
                    length += bytes.len();
                    parts.push(bytes);
                }
                Some(Err(_)) => {
                    ended = Some(Err(UploadError::Lost));
                    break;
                }
                None => {
                    ended = Some(Ok(()));
                    break;
                }
            }
        }
        come += length as u64;
        if let Some(before) = writing.take() {
            written(before).await?;
        }
        if come > CHUNK_MAX {
            return Err(UploadError::LongPiece);
        }
        if at + length as u64 > size {
            return Err(UploadError::TooMuch(size));
        }
        let (own, start, path) = (Arc::clone(file), at, path.to_owned());
        at += length as u64;
        writing = Some(tokio::task::spawn_blocking(move || write(&own, start, &parts, size, &path)));
        if let Some(ended) = ended {
            if let Some(last) = writing.take() {
                written(last).await?;
            }
            return ended;
        }
    }
}

async fn written(task: tokio::task::JoinHandle<Result<(), UploadError>>) -> Result<(), UploadError> {
    task.await.map_err(|_| UploadError::Broken)?
}

fn write(file: &File, mut at: u64, parts: &[Bytes], size: u64, path: &str) -> Result<(), UploadError> {
    for part in parts {
        file.write_all_at(part, at).map_err(|error| {
            let here = file.metadata().map_or(at, |meta| meta.len());
            UploadError::written(error, path, size.saturating_sub(here))
        })?;
        at += part.len() as u64;
    }
    Ok(())
}
