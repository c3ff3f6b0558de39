use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::io::Write as _;
use std::pin::pin;

use super::{Claim, Finished, LARGEST, New, State, UploadError, UploadId, Uploads, blocking, part};
use crate::db;
use crate::files::{FilesError, beneath};

/// How much is gathered before it is written.
const GATHERED: usize = 1 << 20;

impl Uploads {
    /// Takes a file that comes in one piece of unknown length, and finishes it. Nothing of it is left when it does not come whole.
    ///
    /// # Errors
    ///
    /// As those of [`Uploads::create`], [`Uploads::receive`] and [`Uploads::finish`].
    pub async fn take_whole<E>(
        &self,
        new: New,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Finished, UploadError> {
        let id = UploadId::random();
        let store = self.store(new.overlay).await?;
        if !new.unpack && new.on_taken == crate::files::OnTaken::Refuse {
            let path = new.path.clone();
            let (known, path) = blocking(move || Ok((store.has(&path)?, path))).await?;
            if known {
                return Err(FilesError::Taken(path).into());
            }
        }
        let (length, claim) = match self.gather(&new, &id, content).await {
            Ok(length) => length,
            Err(error) => {
                self.forget(new.overlay, &id).await?;
                return Err(error);
            }
        };
        let (overlay, user, on_taken) = (new.overlay, new.user, new.on_taken);
        let row = self.row(&New { size: length, ..new }, id.clone());
        debug_assert!(row.state == State::Sending);
        db::uploads::insert(&self.0.db, &row).await?;
        drop(claim);
        let done = self.finish(overlay, user, &id, Some(on_taken)).await;
        if done.is_err() {
            self.forget(overlay, &id).await?;
        }
        done
    }

    async fn gather<E>(
        &self,
        new: &New,
        id: &UploadId,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(u64, Claim), UploadError> {
        let mut claim = self.claim(new.overlay, 0).await?;
        let (store, own) = (self.store(new.overlay).await?, id.clone());
        let (store, mut file) = blocking(move || {
            let file = beneath::create(store.stage.dir(), &part(&own)).map_err(UploadError::Disk)?;
            Ok((store, file))
        })
        .await?;
        let mut store = store;
        let mut content = pin!(content);
        let (mut come, mut ended) = (0_u64, false);
        while !ended {
            let (mut parts, mut length) = (Vec::new(), 0);
            while length < GATHERED && !ended {
                match content.next().await {
                    Some(Ok(bytes)) => {
                        length += bytes.len();
                        parts.push(bytes);
                    }
                    Some(Err(_)) => return Err(UploadError::Lost),
                    None => ended = true,
                }
            }
            come += length as u64;
            if come > LARGEST {
                return Err(UploadError::Large { most: LARGEST, length: come });
            }
            claim.grow(length as u64).await?;
            let path = new.path.to_string();
            (store, file) = blocking(move || {
                store.reserve.fits(store.top(), length as u64).map_err(FilesError::Full)?;
                for part in parts {
                    file.write_all(&part).map_err(|error| UploadError::written(error, &path, length as u64))?;
                }
                Ok((store, file))
            })
            .await?;
        }
        Ok((come, claim))
    }
}
