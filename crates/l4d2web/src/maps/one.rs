//! Fetching one map, or finding that it is there.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::cache::{Cache, CacheError, Expected};
use super::fetch::blocking;
use super::{MapOutcome, Maps, VpkName};
use crate::archive::{Limits, Progress};
use crate::db::collections::{self, CollectionMap};
use crate::fetch::{Download, FetchError};
use crate::id::MapId;
use crate::live::Change;
use crate::workshop::words::{fetch_reason, sentence};
use crate::workshop::{Way, WorkshopError};

/// The largest archive that is taken: a VPK in one file ends at 4 GiB.
const ARCHIVE_MAX: u64 = 8_000_000_000;

/// What came of one.
pub(super) enum One {
    /// So many bytes were fetched.
    Fetched(u64),
    /// It was there.
    There,
    /// Why not.
    Failed(String),
    Cancelled,
}

impl Maps {
    /// Fetches a map, unless the cache has the version that there is.
    pub(super) async fn fetch_one(
        &self,
        map: &CollectionMap,
        cancel: &CancellationToken,
    ) -> Result<One, WorkshopError> {
        let cached = self.is_cached(map);
        if cached && map.md5.is_some() && map.md5 == map.version {
            return self.current(map).await;
        }
        let _slot = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(One::Cancelled),
            slot = self.0.slots.acquire() => slot,
        };
        let version = match &map.md5 {
            Some(md5) => md5.clone(),
            None => match self.fetcher(map.source).version(&map.url, cancel).await {
                Ok(Some(version)) => format!("{version}|{}", map.url),
                // It cannot be told whether there is another one.
                Ok(None) if cached && map.version.as_ref() == Some(&map.url) => return self.current(map).await,
                Ok(None) => map.url.clone(),
                Err(FetchError::Cancelled) => return Ok(One::Cancelled),
                Err(error) => return self.failed(map, fetch_reason(&error)).await,
            },
        };
        if cached && map.version.as_ref() == Some(&version) {
            return self.current(map).await;
        }
        match self.download(map, version, cancel).await {
            Ok(bytes) => Ok(One::Fetched(bytes)),
            Err(Trouble::Cancelled) => Ok(One::Cancelled),
            Err(Trouble::Database(error)) => Err(error.into()),
            Err(Trouble::Reason(reason)) => self.failed(map, reason).await,
        }
    }

    /// Whether the cache has what its row says.
    pub(super) fn is_cached(&self, map: &CollectionMap) -> bool {
        self.0.cache.has(&map.cached())
    }

    async fn current(&self, map: &CollectionMap) -> Result<One, WorkshopError> {
        if map.outcome != MapOutcome::Ready {
            collections::set_current(&self.0.db, map.id).await?;
        }
        Ok(One::There)
    }

    async fn failed(&self, map: &CollectionMap, reason: String) -> Result<One, WorkshopError> {
        collections::set_failed(&self.0.db, map.id, &reason).await?;
        self.0.bus.send(Change::Overlay(map.overlay_id));
        Ok(One::Failed(reason))
    }

    async fn download(&self, map: &CollectionMap, version: String, cancel: &CancellationToken) -> Result<u64, Trouble> {
        let part = self.0.cache.part(map.id);
        let told = map.bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default();
        self.check_space(told).map_err(|full| Trouble::Reason(sentence(&full.to_string())))?;
        let way = OnWay::new(self, map.id);
        let order = Download { url: &map.url, part: &part, version: &version, expected: None, most: ARCHIVE_MAX };
        let done = self.fetcher(map.source).download(&order, &|bytes| way.at(bytes), cancel).await;
        let done = done.map_err(|error| match error {
            FetchError::Cancelled => Trouble::Cancelled,
            error => {
                // A disk that is full is not mended by what lies on it for the next time.
                if error.is_full()
                    && let Err(error) = part.discard()
                {
                    tracing::warn!(%error, "a part that did not find room could not be removed");
                }
                Trouble::Reason(fetch_reason(&error))
            }
        })?;
        let name = VpkName::parse(&map.name).map_err(|why| Trouble::Reason(format!("The name {why}.")))?;
        let is_plain = map.url.split(['?', '#']).next().is_some_and(|path| path.to_ascii_lowercase().ends_with(".vpk"));
        let expected = Expected {
            id: map.id,
            only: map.md5.is_some().then(|| name.clone()),
            md5: map.md5.clone(),
            plain: is_plain.then_some(name),
            version: version.clone(),
        };
        let _turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Trouble::Cancelled),
            turn = self.0.unpacking.acquire() => turn,
        };
        let (cache, progress) = (self.0.cache.clone(), Arc::new(Progress::default()));
        let watched = Arc::clone(&progress);
        let mut taking = std::pin::pin!(blocking(move || cache.take(&expected, &Limits::default(), &watched)));
        let taken = tokio::select! {
            taken = &mut taking => taken,
            () = cancel.cancelled() => {
                progress.cancel();
                taking.await
            }
        };
        let files = match taken {
            _ if cancel.is_cancelled() => return Err(Trouble::Cancelled),
            Ok(taken) => taken.map_err(|error| Trouble::Reason(reason(&error)))?,
            Err(error) => return Err(Trouble::Reason(error.to_string())),
        };
        let json = serde_json::to_string(&files).unwrap_or_default();
        let now = self.0.clock.now();
        collections::set_ready(&self.0.db, map, &version, &json, now).await.map_err(Trouble::Database)?;
        self.0.bus.send(Change::Overlay(map.overlay_id));
        Ok(done.bytes)
    }
}

/// Why something that was fetched is not used, in sentences.
fn reason(error: &CacheError) -> String {
    match error {
        // What is said to who uploads one goes on with advice to them.
        CacheError::Archive(error) => {
            let words = error.to_string();
            let first = words.split_once(". ").map_or(words.as_str(), |(first, _)| first);
            format!("What was fetched is not used. {}.", first.trim_end_matches('.'))
        }
        error @ CacheError::Disk { .. } => sentence(&error.to_string()),
        error => sentence(&format!("what was fetched is not used: {error}")),
    }
}

/// Why one was not fetched.
enum Trouble {
    Reason(String),
    Database(sqlx::Error),
    Cancelled,
}

/// A download that is under way, as long as this lives.
struct OnWay<'a>(&'a Maps, MapId);

impl<'a> OnWay<'a> {
    fn new(maps: &'a Maps, id: MapId) -> Self {
        let way = Self(maps, id);
        way.at(0);
        way
    }

    fn at(&self, done: u64) {
        self.0.under_way().insert(self.1, Way { done, of: None });
    }
}

impl Drop for OnWay<'_> {
    fn drop(&mut self) {
        self.0.under_way().remove(&self.1);
    }
}

/// Where a file of the cache is, from left4me's directory.
pub(super) fn reference(file: &str) -> String {
    Cache::reference(file)
}
