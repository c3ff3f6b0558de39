use super::{State, UploadError, UploadId, Uploads, blocking, part};
use crate::db;
use crate::files::store::seal;
use crate::files::{FilePath, FilesError, OnTaken, beneath};
use crate::id::{OverlayId, UserId};

/// What the end of an upload is.
#[derive(Debug)]
pub enum Finished {
    /// The file is in the overlay, at this path.
    Placed(FilePath),
    /// The archive is being unpacked; this tells how that goes.
    Unpacking(tokio::sync::watch::Receiver<super::Phase>),
}

impl Uploads {
    /// All has come: brings it to its place, or begins to unpack it. `on_taken`, when it is given, is what was chosen meanwhile.
    ///
    /// # Errors
    ///
    /// When not all has come, or the name is taken and nothing was chosen for that; the upload is kept then.
    pub async fn finish(
        &self,
        overlay: OverlayId,
        user: UserId,
        id: &UploadId,
        on_taken: Option<OnTaken>,
    ) -> Result<Finished, UploadError> {
        if let Some(watch) = self.watch(id) {
            db::uploads::find(&self.0.db, overlay, user, id).await?.ok_or(UploadError::Gone)?;
            return Ok(Finished::Unpacking(watch));
        }
        let held = self.hold(id)?;
        let (upload, received) = self.find(overlay, user, id).await?;
        let size = u64::try_from(upload.size).unwrap_or(0);
        if received != size {
            return Err(UploadError::Short { received, size });
        }
        let on_taken = on_taken.unwrap_or_else(|| OnTaken::parse(&upload.on_taken));
        let path = FilePath::parse_below(&upload.path).map_err(FilesError::Path)?;
        if upload.unpack || upload.state != State::Sending {
            return Ok(Finished::Unpacking(self.unpack(upload, path, on_taken, held)));
        }
        let (store, own) = (self.store(overlay).await?, id.clone());
        let placed = blocking(move || {
            let name = part(&own);
            let file = beneath::open_own(store.stage.dir(), &name).map_err(UploadError::Disk)?;
            seal(&file, &path)?;
            let _lock = store.write();
            Ok(store.place(store.stage.dir(), &name, &path, on_taken)?)
        })
        .await?;
        self.changed(overlay).await?;
        db::uploads::delete(&self.0.db, id).await?;
        drop(held);
        Ok(Finished::Placed(placed))
    }
}
