//! Fetching one item, or finding it there.

use tokio_util::sync::CancellationToken;

use super::fetch::blocking;
use super::words::{cache_reason, fetch_reason};
use super::{Way, Workshop, WorkshopError};
use crate::db::workshop_items::{self, WorkshopItem};
use crate::fetch::{Download, FetchError};
use crate::live::Change;
use crate::steam::ItemId;
use crate::vpk::Contents;

/// The largest item that is taken. A VPK in one file ends at 4 GiB; what is beside that is a margin.
pub(super) const ITEM_MAX: u64 = 8_000_000_000;

/// What came of one.
pub(super) enum One {
    /// So many bytes are there, of which so many were there before.
    Fetched(u64, u64),
    /// It was there.
    There,
    /// Why not.
    Failed(String),
    Cancelled,
}

impl Workshop {
    /// Fetches an item, when it is to be fetched; nobody else works on it meanwhile.
    pub(super) async fn fetch_one(
        &self,
        item: &WorkshopItem,
        cancel: &CancellationToken,
    ) -> Result<One, WorkshopError> {
        let _lock = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(One::Cancelled),
            lock = self.0.locks.of(item.id) => lock,
        };
        // Another job may have been at it meanwhile.
        let Some(item) = workshop_items::find(&self.0.db, item.id).await? else { return Ok(One::There) };
        if !self.is_wanted(&item) {
            return Ok(One::There);
        }
        if self.has(&item) {
            return self.adopt(&item).await;
        }
        let _slot = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(One::Cancelled),
            slot = self.0.slots.acquire() => slot,
        };
        match self.download(&item, cancel).await {
            Ok(one) => Ok(one),
            Err(Trouble::Cancelled) => Ok(One::Cancelled),
            Err(Trouble::Database(error)) => Err(error.into()),
            Err(Trouble::Reason(reason)) => {
                workshop_items::set_failed(&self.0.db, item.id, &reason).await?;
                Ok(One::Failed(reason))
            }
        }
    }

    async fn download(&self, item: &WorkshopItem, cancel: &CancellationToken) -> Result<One, Trouble> {
        let id = item.id;
        let expected = item.bytes.and_then(|bytes| u64::try_from(bytes).ok());
        let part = self.0.cache.part(id);
        if expected.is_some_and(|bytes| bytes > ITEM_MAX) {
            return Err(Trouble::Reason(fetch_reason(&FetchError::TooLarge { host: String::new(), most: ITEM_MAX })));
        }
        if let Err(full) = self.check_space(expected.unwrap_or_default().saturating_sub(part.length())) {
            return Err(Trouble::Reason(full.to_string()));
        }
        let time_updated = item.time_updated.unwrap_or_default();
        let order = Download {
            url: item.file_url.as_deref().unwrap_or_default(),
            part: &part,
            version: &format!("{time_updated} {}", item.bytes.unwrap_or_default()),
            expected,
            most: ITEM_MAX,
        };
        let way = OnWay::new(self, id, expected);
        let done = self.0.fetcher.download(&order, &|bytes| way.at(bytes), cancel).await;
        let done = done.map_err(|error| match error {
            FetchError::Cancelled => Trouble::Cancelled,
            error => Trouble::Reason(fetch_reason(&error)),
        })?;
        let cache = self.0.cache.clone();
        let taken = blocking(move || cache.take(id, &part, time_updated)).await;
        let (bytes, contents) = match taken {
            Ok(taken) => taken.map_err(|error| Trouble::Reason(cache_reason(&error)))?,
            Err(error) => return Err(Trouble::Reason(error.to_string())),
        };
        self.note(id, time_updated, bytes, &contents).await.map_err(Trouble::Database)?;
        Ok(One::Fetched(bytes, done.kept))
    }

    /// Takes note of a file that is there, of which nothing was noted: the panel was ended in between.
    async fn adopt(&self, item: &WorkshopItem) -> Result<One, WorkshopError> {
        let (cache, id) = (self.0.cache.clone(), item.id);
        let read = move || {
            let (file, directory) = cache.read(id)?;
            Ok(Contents::read(&file, &directory)?)
        };
        let contents = match blocking(read).await? {
            Ok(contents) => contents,
            Err(error) => {
                let reason = cache_reason(&error);
                let cache = self.0.cache.clone();
                blocking(move || cache.remove(id)).await?.map_err(WorkshopError::Cache)?;
                workshop_items::set_uncached(&self.0.db, id).await?;
                workshop_items::set_failed(&self.0.db, id, &reason).await?;
                return Ok(One::Failed(reason));
            }
        };
        let bytes = self.0.cache.length(id).unwrap_or_default();
        self.note(id, item.time_updated.unwrap_or_default(), bytes, &contents).await?;
        Ok(One::There)
    }

    async fn note(&self, id: ItemId, time_updated: i64, bytes: u64, contents: &Contents) -> Result<(), sqlx::Error> {
        let contents = serde_json::to_string(contents).unwrap_or_default();
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let now = self.0.clock.now();
        for overlay in workshop_items::set_cached(&self.0.db, id, time_updated, bytes, &contents, now).await? {
            self.0.bus.send(Change::Overlay(overlay));
        }
        Ok(())
    }
}

/// Why one was not fetched.
enum Trouble {
    Reason(String),
    Database(sqlx::Error),
    Cancelled,
}

/// A download that is under way, as long as this lives.
struct OnWay<'a> {
    workshop: &'a Workshop,
    id: ItemId,
    of: Option<u64>,
}

impl<'a> OnWay<'a> {
    fn new(workshop: &'a Workshop, id: ItemId, of: Option<u64>) -> Self {
        let way = Self { workshop, id, of };
        way.at(0);
        way
    }

    fn at(&self, done: u64) {
        self.workshop.under_way().insert(self.id, Way { done, of: self.of });
    }
}

impl Drop for OnWay<'_> {
    fn drop(&mut self) {
        self.workshop.under_way().remove(&self.id);
    }
}
