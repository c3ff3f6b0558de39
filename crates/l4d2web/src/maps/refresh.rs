//! What the nightly job does with collections.

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;

use super::Maps;
use super::fetch::blocking;
use crate::db::collections;
use crate::id::OverlayId;
use crate::pages::kit::{count, size};
use crate::queue::Output;
use crate::workshop::WorkshopError;

/// What a refresh has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshedMaps {
    /// How many maps there are.
    pub maps: usize,
    /// How many were fetched.
    pub fetched: usize,
    /// How many could not be.
    pub failed: usize,
    /// What went wrong with an index, in sentences.
    pub trouble: Vec<String>,
    /// How many files left the cache, and how many bytes they had.
    pub removed: (usize, u64),
    /// The overlays that have changed since they were built.
    pub overlays: Vec<OverlayId>,
}

impl Maps {
    /// Reads the index of each collection that has an overlay, fetches what has changed, and takes out of the cache what none has any more.
    ///
    /// # Errors
    ///
    /// When there is no room, the cache or the database cannot be used, or somebody has cancelled it.
    pub async fn refresh(&self, output: &Output, cancel: &CancellationToken) -> Result<RefreshedMaps, WorkshopError> {
        let _work = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(WorkshopError::Cancelled),
            work = self.0.work.lock() => work,
        };
        let mut refreshed = RefreshedMaps::default();
        for collection in collections::all(&self.0.db).await? {
            refreshed.trouble.extend(self.look(&collection, output, cancel).await?);
            let maps = collections::maps(&self.0.db, collection.overlay_id).await?;
            let fetched = self.fetch(collection.overlay_id, &maps, output, cancel).await?;
            refreshed.maps += maps.len();
            refreshed.fetched += fetched.maps;
            refreshed.failed += fetched.failed;
        }
        refreshed.removed = self.sweep(output).await?;
        refreshed.overlays = collections::changed_overlays(&self.0.db).await?;
        Ok(refreshed)
    }

    async fn sweep(&self, output: &Output) -> Result<(usize, u64), WorkshopError> {
        let (mut files, mut maps) = (HashSet::new(), HashSet::new());
        for collection in collections::all(&self.0.db).await? {
            for map in collections::maps(&self.0.db, collection.overlay_id).await? {
                maps.insert(map.id);
                files.extend(map.cached().into_iter().map(|file| file.file));
            }
        }
        let cache = self.0.cache.clone();
        let swept = blocking(move || cache.sweep(&files, &maps)).await?;
        let (files, bytes) = swept.map_err(|error| WorkshopError::Task(error.to_string()))?;
        if files > 0 {
            let line = format!("{} of no collection any more, {} removed", count(files, "file", "files"), size(bytes));
            output.own(&line).await;
        }
        Ok((files, bytes))
    }
}

impl RefreshedMaps {
    /// What was done, in sentences; none when there is no collection.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let maps = |number| count(number, "map", "maps");
        let mut words = Vec::new();
        if self.maps > 0 || !self.trouble.is_empty() {
            words.push(format!("{} of collections: {} fetched.", maps(self.maps), self.fetched));
        }
        words.extend(self.trouble.iter().cloned());
        if self.failed > 0 {
            words.push(format!("{} could not be fetched; the log says why.", maps(self.failed)));
        }
        if self.removed.0 > 0 {
            let files = count(self.removed.0, "file", "files");
            words.push(format!("{files} of maps that no collection has left the cache ({}).", size(self.removed.1)));
        }
        (!words.is_empty()).then(|| words.join(" "))
    }
}
