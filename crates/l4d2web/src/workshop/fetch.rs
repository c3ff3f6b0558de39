//! Fetching what the cache does not have.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::one::{ITEM_MAX, One};
use super::space::missing;
use super::words::label;
use super::{Workshop, WorkshopError};
use crate::db::workshop_items::WorkshopItem;
use crate::host::Progress;
use crate::id::OverlayId;
use crate::live::Change;
use crate::machine::Space;
use crate::pages::kit::size;
use crate::queue::Output;

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
    pub(super) fn is_wanted(&self, item: &WorkshopItem) -> bool {
        let known = item.outcome.can_be_fetched() && item.file_url.is_some();
        known && !(self.has(item) && item.cached_at == item.time_updated && item.contents.is_some())
    }

    /// Whether the cache has an item as Steam has it.
    pub(super) fn has(&self, item: &WorkshopItem) -> bool {
        self.0.cache.has(item.id, item.time_updated.unwrap_or_default(), item.bytes)
    }

    pub(super) fn check_space(&self, wanted: u64) -> Result<(), WorkshopError> {
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
}

/// Does something that waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorkshopError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WorkshopError::Task(error.to_string()))
}
