use std::collections::HashSet;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{KEPT, State, UploadError, Uploads, blocking, part, unpacked};
use crate::db;
use crate::db::uploads::Upload;
use crate::files::stage::Stage;
use crate::files::{FilePath, OnTaken, beneath};

/// How often it is looked for what nobody sends any more.
const OFTEN: Duration = Duration::from_hours(1);

impl Uploads {
    /// Removes what nobody sends any more, until `stop`.
    pub async fn tidy(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(OFTEN) => {}
            }
            if let Err(error) = self.expire().await {
                tracing::error!(%error, "old uploads could not be removed");
            }
        }
    }

    /// After a start: what was unpacked is unpacked again when it is asked for, what came to its place goes on coming there, and what belongs to
    /// nobody goes. Nothing else may be at the uploads of this root yet.
    ///
    /// # Errors
    ///
    /// When the database or the disk fails.
    pub async fn recover(&self) -> Result<(), UploadError> {
        let rows = db::uploads::all(&self.0.db).await?;
        let mut keep = HashSet::new();
        for upload in rows {
            if self.resume(&upload).await? {
                keep.extend([part(&upload.id), unpacked(&upload.id)]);
            }
        }
        for overlay in db::quotas::unweighed(&self.0.db).await? {
            self.weigh(overlay).await?;
        }
        let root = self.0.files.root().to_owned();
        blocking(move || {
            let stage = Stage::open(&root).map_err(UploadError::Disk)?;
            let mut left = Vec::new();
            let read = beneath::entries(stage.dir(), |name, _| {
                left.push(name.to_owned());
                Ok(())
            });
            read.map_err(UploadError::Disk)?;
            for name in left.iter().filter(|name| !name.to_str().is_ok_and(|name| keep.contains(name))) {
                beneath::remove_tree(stage.dir(), name.as_c_str()).map_err(UploadError::Disk)?;
            }
            Ok(())
        })
        .await?;
        self.expire().await
    }

    /// Whether an upload is still under way.
    async fn resume(&self, upload: &Upload) -> Result<bool, UploadError> {
        let now = upload.touched_at;
        let merge = match (upload.state, FilePath::parse_below(&upload.path)) {
            (State::Merging, Ok(path)) => Some(path),
            (State::Unpacking, _) => {
                db::uploads::set_state(&self.0.db, &upload.id, State::Sending, &upload.on_taken, now).await?;
                None
            }
            _ => None,
        };
        if let Some(path) = merge {
            match self.merge(upload, &path, OnTaken::parse(&upload.on_taken)).await {
                Ok((files, _)) => {
                    tracing::info!(upload = %upload.id, files, "an archive has come to its place at last");
                    return Ok(false);
                }
                Err(error) => {
                    // Whoever sent it can ask for it again.
                    tracing::warn!(upload = %upload.id, %error, "an archive could not come to its place");
                    return Ok(true);
                }
            }
        }
        let (store, id) = (self.store(upload.overlay_id).await?, upload.id.clone());
        let (cut, synced) = (upload.boot != self.0.boot, u64::try_from(upload.synced).unwrap_or(0));
        let there = blocking(move || {
            let Ok(file) = beneath::open_own(store.stage.dir(), &part(&id)) else { return Ok(false) };
            // After a power cut a file may be longer than what of it came to the disk.
            if cut && file.metadata().map_err(UploadError::Disk)?.len() > synced {
                file.set_len(synced).map_err(UploadError::Disk)?;
            }
            Ok(true)
        })
        .await?;
        if !there {
            // It had come to its place, and the row was all that was left; perhaps that was not noted.
            self.changed(upload.overlay_id).await?;
            db::uploads::delete(&self.0.db, &upload.id).await?;
        } else if cut {
            db::uploads::touch(&self.0.db, &upload.id, upload.synced, &self.0.boot, now).await?;
        }
        Ok(there)
    }

    /// Removes those to which nothing came for a day.
    ///
    /// # Errors
    ///
    /// When the database or the disk fails.
    pub async fn expire(&self) -> Result<(), UploadError> {
        let before = self.0.clock.now() - KEPT;
        for upload in db::uploads::all(&self.0.db).await? {
            if upload.touched_at >= before {
                continue;
            }
            // One at which something is done has its time yet.
            if let Ok(_held) = self.hold(&upload.id) {
                self.forget(upload.overlay_id, &upload.id).await?;
            }
        }
        Ok(())
    }
}
