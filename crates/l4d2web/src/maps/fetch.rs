//! Fetching the maps of a collection that the cache does not have as they are.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Maps;
use super::one::One;
use crate::db::collections::CollectionMap;
use crate::host::Progress;
use crate::id::OverlayId;
use crate::live::Change;
use crate::machine::Space;
use crate::pages::kit::size;
use crate::queue::Output;
use crate::workshop::WorkshopError;
use crate::workshop::space::missing;

/// How often it is told how far it is.
const TICK: Duration = Duration::from_millis(500);

/// What came of fetching many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    /// How many were fetched.
    pub(super) maps: usize,
    /// How many could not be.
    pub(super) failed: usize,
}

impl Maps {
    /// Fetches what has changed. Of each map it is said what came of it.
    pub(super) async fn fetch(
        &self,
        overlay: OverlayId,
        maps: &[CollectionMap],
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<Fetched, WorkshopError> {
        let cache = self.0.cache.clone();
        blocking(move || cache.make()).await?.map_err(|error| WorkshopError::Task(error.to_string()))?;
        let known = |map: &&CollectionMap| !self.is_cached(map);
        let wanted: u64 = maps.iter().filter(known).filter_map(|map| u64::try_from(map.bytes?).ok()).sum();
        self.check_space(wanted)?;
        output.own(&format!("step: looking for changes of {} maps", maps.len())).await;
        let mut tasks = JoinSet::new();
        for map in maps {
            let (all, map, cancel) = (self.clone(), map.clone(), cancel.clone());
            tasks.spawn(async move {
                let one = all.fetch_one(&map, &cancel).await;
                (map, one)
            });
        }
        let (mut done, mut finished) = (Fetched::default(), 0);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (map, one) = tokio::select! {
                joined = tasks.join_next() => match joined {
                    None => break,
                    Some(joined) => joined.map_err(|error| WorkshopError::Task(error.to_string()))?,
                },
                _ = ticks.tick() => {
                    self.tell(output, overlay, finished, maps.len()).await;
                    continue;
                }
            };
            finished += 1;
            match one? {
                One::Fetched(bytes) => {
                    done.maps += 1;
                    output.own(&format!("{}: fetched, {}", map.name, size(bytes))).await;
                }
                One::Failed(reason) => {
                    done.failed += 1;
                    output.own(&format!("{}: {reason}", map.name)).await;
                }
                // Of a cancellation the others hear too.
                One::There | One::Cancelled => {}
            }
        }
        if cancel.is_cancelled() { Err(WorkshopError::Cancelled) } else { Ok(done) }
    }

    pub(super) fn check_space(&self, wanted: u64) -> Result<(), WorkshopError> {
        let space = Space::below(self.0.cache.directory());
        // Also what is not known to need any room needs some.
        match space.and_then(|space| Some((space, missing(space, wanted.max(1))?))) {
            Some((space, missing)) => Err(WorkshopError::Full { wanted, free: space.free, missing }),
            None => Ok(()),
        }
    }

    async fn tell(&self, output: &Output, overlay: OverlayId, finished: usize, of: usize) {
        let under_way: u64 = self.under_way().values().map(|way| way.done).sum();
        #[expect(clippy::cast_precision_loss, reason = "a share that is shown")]
        let percent = (of > 0).then(|| finished as f32 / of as f32 * 100.0);
        let progress = Progress {
            step: "fetching maps".to_owned(),
            phase: format!("{finished} of {of} maps"),
            percent,
            amount: if under_way > 0 { format!("{} on their way", size(under_way)) } else { String::new() },
        };
        output.progress(&progress).await;
        self.0.bus.send(Change::Overlay(overlay));
    }
}

/// Does something that waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorkshopError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| WorkshopError::Task(error.to_string()))
}
