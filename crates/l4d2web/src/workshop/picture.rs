//! Pictures of items, fetched by the panel, so that browsers call nobody else.

use std::time::Duration;

use super::fetch::blocking;
use super::{Workshop, WorkshopError};
use crate::db::workshop_items;
use crate::fetch::picture::{self, AGAIN, Picture};
use crate::steam::ItemId;

/// The largest picture.
const PICTURE_MAX: usize = 2 * 1024 * 1024;
/// How long a visitor waits for one.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// There is no such item, or it has no picture.
    #[error("there is no picture")]
    None,
    /// It was tried, not long ago, and could not be had.
    #[error("the picture could not be had a moment ago")]
    NotNow,
    /// It could not be had.
    #[error(transparent)]
    Fetch(#[from] picture::PictureError),
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
        if let Some(picture) = Picture::read(&path).await {
            return Ok(picture);
        }
        let _lock = self.0.picture_locks.of(id).await;
        if let Some(picture) = Picture::read(&path).await {
            return Ok(picture);
        }
        let now = self.0.clock.now();
        if self.no_pictures().get(&id).is_some_and(|at| (0..AGAIN).contains(&(now - at))) {
            return Err(PictureError::NotNow);
        }
        let _slot = self.0.pictures.acquire().await;
        let fetched = Picture::fetch(&self.0.fetcher, &url, PICTURE_MAX, PATIENCE).await;
        match &fetched {
            Ok(picture) => {
                self.no_pictures().remove(&id);
                let (cache, picture) = (self.0.cache.clone(), picture.clone());
                let kept = blocking(move || {
                    cache.make().map_err(std::io::Error::other)?;
                    picture.keep(&path)
                });
                if let Err(error) = kept.await? {
                    tracing::warn!(%id, %error, "a picture cannot be kept");
                }
            }
            Err(_) => {
                self.no_pictures().insert(id, now);
            }
        }
        Ok(fetched?)
    }

    fn no_pictures(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<ItemId, i64>> {
        self.0.no_pictures.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
