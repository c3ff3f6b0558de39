//! Fetching what the cache does not have.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::space::missing;
use super::words::{cache_reason, fetch_reason, label};
use super::{Way, Workshop, WorkshopError};
use crate::db::workshop_items::{self, WorkshopItem};
use crate::fetch::{Download, FetchError};
use crate::host::Progress;
use crate::id::OverlayId;
use crate::live::Change;
use crate::machine::Space;
use crate::pages::kit::size;
use crate::queue::Output;
use crate::steam::ItemId;

/// The largest item that is taken. A VPK in one file ends at 4 GiB; what is beside that is a margin.
const ITEM_MAX: u64 = 8_000_000_000;
/// How often it is told how far it is.
const TICK: Duration = Duration::from_millis(500);

/// What came of fetching many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    /// How many were fetched.
    pub(super) items: usize,
    /// How many bytes came for that.
    pub(super) bytes: u64,
    /// How many could not be.
    pub(super) failed: usize,
}

/// What came of one.
enum One {
    /// So many bytes are there, of which so many were there before.
    Fetched(u64, u64),
    /// It was there.
    There,
    /// Why not.
    Failed(String),
    Cancelled,
}

impl Workshop {
    /// Fetches those of the items that can be fetched and that the cache does not have as Steam has them. Of each it is said what came of it.
    ///
    /// # Errors
    ///
    /// When nothing can be fetched at all: there is no room, the cache cannot be written, or somebody has cancelled it.
    pub(super) async fn fetch(
        &self,
        items: &[WorkshopItem],
        overlay: Option<OverlayId>,
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<Fetched, WorkshopError> {
        let wanted: Vec<&WorkshopItem> = items.iter().filter(|item| self.is_wanted(item)).collect();
        if wanted.is_empty() {
            return Ok(Fetched::default());
        }
        let cache = self.0.cache.clone();
        blocking(move || cache.make()).await?.map_err(WorkshopError::Cache)?;
        let of = |item: &WorkshopItem| {
            let bytes = item.bytes.and_then(|bytes| u64::try_from(bytes).ok());
            // What is too large is refused below.
            bytes.filter(|bytes| *bytes <= ITEM_MAX).unwrap_or_default()
        };
        let total: u64 = wanted.iter().map(|item| of(item)).sum();
        let left = wanted.iter().map(|item| of(item).saturating_sub(self.0.cache.part(item.id).length())).sum();
        self.check_space(left)?;
        output.own(&format!("step: fetching {} of {} items, {}", wanted.len(), items.len(), size(total))).await;

        let mut tasks = JoinSet::new();
        for item in &wanted {
            let (workshop, item, cancel) = (self.clone(), (*item).clone(), cancel.clone());
            tasks.spawn(async move {
                let one = workshop.fetch_one(&item, &cancel).await;
                (item, one)
            });
        }
        let (mut done, mut over, mut finished) = (Fetched::default(), 0, 0);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (item, one) = tokio::select! {
                joined = tasks.join_next() => match joined {
                    None => break,
                    Some(joined) => joined.map_err(|error| WorkshopError::Task(error.to_string()))?,
                },
                _ = ticks.tick() => {
                    let under_way: u64 = wanted.iter().filter_map(|item| self.way(item.id)).map(|way| way.done).sum();
                    self.tell(output, overlay, (finished, wanted.len()), (over + under_way, total)).await;
                    continue;
                }
            };
            finished += 1;
            over += of(&item);
            let label = label(item.id, &item.title);
            match one? {
                One::Fetched(bytes, kept) => {
                    done.items += 1;
                    done.bytes += bytes - kept;
                    let resumed =
                        if kept > 0 { format!(", of which {} were there", size(kept)) } else { String::new() };
                    output.own(&format!("{label}: fetched, {}{resumed}", size(bytes))).await;
                }
                One::Failed(reason) => {
                    done.failed += 1;
                    output.own(&format!("{label}: {reason}")).await;
                }
                // Of a cancellation the others hear too.
                One::There | One::Cancelled => {}
            }
        }
        if cancel.is_cancelled() { Err(WorkshopError::Cancelled) } else { Ok(done) }
    }

    /// Whether an item can be fetched and is to be.
    fn is_wanted(&self, item: &WorkshopItem) -> bool {
        let known = item.outcome.can_be_fetched() && item.file_url.is_some();
        known && !(self.has(item) && item.cached_at == item.time_updated && item.contents.is_some())
    }

    /// Whether the cache has an item as Steam has it.
    pub(super) fn has(&self, item: &WorkshopItem) -> bool {
        self.0.cache.has(item.id, item.time_updated.unwrap_or_default(), item.bytes)
    }

    fn check_space(&self, wanted: u64) -> Result<(), WorkshopError> {
        let space = Space::below(self.0.cache.directory());
        match space.and_then(|space| Some((space, missing(space, wanted)?))) {
            Some((space, missing)) => Err(WorkshopError::Full { wanted, free: space.free, missing }),
            None => Ok(()),
        }
    }

    async fn tell(&self, output: &Output, overlay: Option<OverlayId>, items: (usize, usize), bytes: (u64, u64)) {
        #[expect(clippy::cast_precision_loss, reason = "a share that is shown")]
        let percent = (bytes.1 > 0).then(|| (bytes.0 as f32 / bytes.1 as f32 * 100.0).min(100.0));
        let progress = Progress {
            step: "fetching items".to_owned(),
            phase: format!("{} of {} items", items.0, items.1),
            percent,
            amount: if bytes.1 > 0 {
                format!("{} of {}", size(bytes.0.min(bytes.1)), size(bytes.1))
            } else {
                String::new()
            },
        };
        output.progress(&progress).await;
        if let Some(overlay) = overlay {
            self.0.bus.send(Change::Overlay(overlay));
        }
    }

    async fn fetch_one(&self, item: &WorkshopItem, cancel: &CancellationToken) -> Result<One, WorkshopError> {
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
            Ok(crate::vpk::Contents::read(&file, &directory)?)
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

    async fn note(
        &self,
        id: ItemId,
        time_updated: i64,
        bytes: u64,
        contents: &crate::vpk::Contents,
    ) -> Result<(), sqlx::Error> {
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

/// Does something that waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorkshopError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WorkshopError::Task(error.to_string()))
}
