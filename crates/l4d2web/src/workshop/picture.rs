//! Pictures of items, fetched by the panel, so that browsers call nobody else.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::fetch::blocking;
use super::{Workshop, WorkshopError};
use crate::db::workshop_items;
use crate::fetch::{FetchError, Request};
use crate::steam::ItemId;

/// The largest picture.
const PICTURE_MAX: usize = 2 * 1024 * 1024;
/// How long a visitor waits for one, and for how many seconds one that could not be had is not tried again.
const PATIENCE: Duration = Duration::from_secs(20);
const AGAIN: i64 = 600;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its type, by its first bytes.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// There is no such item, or it has no picture.
    #[error("there is no picture")]
    None,
    /// It was tried, not long ago, and could not be had.
    #[error("the picture could not be had a moment ago")]
    NotNow,
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It did not come in time.
    #[error("the picture did not come in time")]
    Late,
    /// It is something else.
    #[error("what was fetched is no picture: it would be PNG, JPEG, GIF or WebP")]
    Other,
    /// The database or the disk.
    #[error(transparent)]
    Workshop(#[from] WorkshopError),
}

impl Workshop {
    /// The picture of an item: from the cache or, the first time, from where Steam says.
    ///
    /// # Errors
    ///
    /// When there is none that can be shown.
    pub async fn picture(&self, id: ItemId) -> Result<Picture, PictureError> {
        let item = workshop_items::find(&self.0.db, id).await.map_err(WorkshopError::from)?;
        let url = item.and_then(|item| item.preview_url).ok_or(PictureError::None)?;
        let path = self.0.cache.picture(id, &url);
        if let Some(picture) = read(&path).await {
            return Ok(picture);
        }
        let _lock = self.0.picture_locks.of(id).await;
        if let Some(picture) = read(&path).await {
            return Ok(picture);
        }
        let now = self.0.clock.now();
        if self.no_pictures().get(&id).is_some_and(|at| (0..AGAIN).contains(&(now - at))) {
            return Err(PictureError::NotNow);
        }
        let _slot = self.0.pictures.acquire().await;
        let fetched = timeout(PATIENCE, self.fetch_picture(&url)).await.unwrap_or(Err(PictureError::Late));
        match &fetched {
            Ok(picture) => {
                self.no_pictures().remove(&id);
                let (cache, bytes) = (self.0.cache.clone(), picture.bytes.clone());
                let kept = blocking(move || {
                    cache.make().map_err(std::io::Error::other)?;
                    keep(&path, &bytes)
                });
                if let Err(error) = kept.await? {
                    tracing::warn!(%id, %error, "a picture cannot be kept");
                }
            }
            Err(_) => {
                self.no_pictures().insert(id, now);
            }
        }
        fetched
    }

    async fn fetch_picture(&self, url: &str) -> Result<Picture, PictureError> {
        let (bytes, _) = self.0.fetcher.small(&Request::get(url), PICTURE_MAX, &CancellationToken::new()).await?;
        let kind = kind(&bytes).ok_or(PictureError::Other)?;
        Ok(Picture { kind, bytes })
    }

    fn no_pictures(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<ItemId, i64>> {
        self.0.no_pictures.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn read(path: &Path) -> Option<Picture> {
    let bytes = tokio::fs::read(path).await.ok()?;
    Some(Picture { kind: kind(&bytes)?, bytes })
}

fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(format!(".{name}"));
    let mut file = fs::File::create(&hidden)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(hidden, path)
}

/// What a picture is by its first bytes; whatever else somebody calls a picture is none.
#[must_use]
pub fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::kind;

    #[rstest]
    #[case(b"\x89PNG\r\n\x1a\n\0", Some("image/png"))]
    #[case(b"\xff\xd8\xff\xe0", Some("image/jpeg"))]
    #[case(b"GIF89a", Some("image/gif"))]
    #[case(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"RIFF\0\0\0\0WAVE", None)]
    #[case(b"<svg xmlns=", None)]
    #[case(b"<!doctype html>", None)]
    #[case(b"", None)]
    fn the_first_bytes_say_what_it_is(#[case] bytes: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(kind(bytes), expected);
    }
}
