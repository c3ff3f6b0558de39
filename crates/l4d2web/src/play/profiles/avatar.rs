//! Pictures of players: fetched when a page first shows them, and kept below `avatars/`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::Profiles;
use crate::fetch::picture::{AGAIN, Picture, PictureError};
use crate::game::SteamId;

/// The largest picture, in bytes.
const PICTURE_MAX: usize = 512 * 1024;
/// How long a visitor waits for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum AvatarError {
    /// Steam has said nothing of that player, or knows no picture.
    #[error("there is no picture of that player")]
    None,
    /// It was tried, not long ago, and could not be had.
    #[error("the picture could not be had a moment ago")]
    NotNow,
    /// It could not be had.
    #[error(transparent)]
    Fetch(#[from] PictureError),
    /// The database.
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Profiles {
    /// The picture of somebody who played here: as it is kept or, the first time, from where Steam says.
    ///
    /// # Errors
    ///
    /// When there is none that can be shown.
    pub async fn avatar(&self, id: SteamId) -> Result<Picture, AvatarError> {
        let url = self.find(id).await?.and_then(|profile| profile.avatar_url).ok_or(AvatarError::None)?;
        let path = self.path(id, &url);
        if let Some(avatar) = Picture::read(&path).await {
            return Ok(avatar);
        }
        let _slot = self.0.slots.acquire().await;
        // Somebody else may have waited for the same.
        if let Some(avatar) = Picture::read(&path).await {
            return Ok(avatar);
        }
        let now = self.0.clock.now();
        if self.failed().get(&id).is_some_and(|at| (0..AGAIN).contains(&(now - at))) {
            return Err(AvatarError::NotNow);
        }
        let fetched = Picture::fetch(&self.0.fetcher, &url, PICTURE_MAX, PATIENCE).await;
        self.note(id, now, fetched.is_ok());
        let avatar = fetched?;
        self.keep(id, path, avatar.clone()).await;
        Ok(avatar)
    }

    /// Removes what is kept of somebody.
    pub(super) async fn forget_picture(&self, id: SteamId) {
        let directory = self.0.pictures.clone();
        let _ = tokio::task::spawn_blocking(move || remove_others(&directory, id, None)).await;
    }

    /// Keeps a picture in the place of the one that they had before.
    async fn keep(&self, id: SteamId, path: PathBuf, picture: Picture) {
        let directory = self.0.pictures.clone();
        let kept = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&directory)?;
            picture.keep(&path)?;
            remove_others(&directory, id, Some(&path))
        });
        let kept = kept.await.map_err(std::io::Error::other).and_then(|kept| kept);
        if let Err(error) = kept {
            tracing::warn!(%error, "the picture of a player cannot be kept");
        }
    }

    /// Where a picture is; another address is another picture.
    fn path(&self, id: SteamId, url: &str) -> PathBuf {
        let digest = Sha256::digest(url);
        let digest = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        self.0.pictures.join(format!("{}-{digest:016x}", id.to_u64()))
    }

    /// Notes whether a picture could be had.
    fn note(&self, id: SteamId, now: i64, had: bool) {
        let mut failed = self.failed();
        failed.retain(|_, at| (0..AGAIN).contains(&(now - *at)));
        if had {
            failed.remove(&id);
        } else {
            failed.insert(id, now);
        }
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<SteamId, i64>> {
        self.0.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Removes the pictures of somebody but one.
fn remove_others(directory: &Path, id: SteamId, but: Option<&Path>) -> std::io::Result<()> {
    let of = format!("{}-", id.to_u64());
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let theirs = name.to_string_lossy().trim_start_matches('.').starts_with(&of);
        if theirs && but != Some(entry.path().as_path()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
