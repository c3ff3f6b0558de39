//! What a build of a collection does before the host is called.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::one::reference;
use super::{MapOutcome, Maps};
use crate::db::collections::{self, CollectionMap};
use crate::id::OverlayId;
use crate::live::Change;
use crate::pages::kit::size;
use crate::queue::Output;
use crate::workshop::{Prepared, WorkshopError};

/// As long as this lives, the files that a build was told of stay, and what the overlay is made of does not change.
#[derive(Debug)]
pub struct Held {
    _work: tokio::sync::OwnedMutexGuard<()>,
}

impl Maps {
    /// Reads the index, fetches what has changed, and says what the overlay is built of.
    ///
    /// # Errors
    ///
    /// When there is nothing to build of, or no room, or somebody has cancelled it. What goes wrong with some maps is no error.
    pub async fn prepare(
        &self,
        overlay: OverlayId,
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<(Prepared, Held), WorkshopError> {
        let work = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(WorkshopError::Cancelled),
            work = Arc::clone(&self.0.work).lock_owned() => work,
        };
        let Some(collection) = collections::find(&self.0.db, overlay).await? else {
            return Err(WorkshopError::Nothing("It is no collection any more.".to_owned()));
        };
        let trouble = self.look(&collection, output, cancel).await?;
        let maps = collections::maps(&self.0.db, overlay).await?;
        self.fetch(overlay, &maps, output, cancel).await?;
        let maps = collections::maps(&self.0.db, overlay).await?;
        self.0.bus.send(Change::Overlay(overlay));
        Ok((self.compose(&maps, trouble, output).await?, Held { _work: work }))
    }

    async fn compose(
        &self,
        maps: &[CollectionMap],
        trouble: Option<String>,
        output: &Output,
    ) -> Result<Prepared, WorkshopError> {
        let mut prepared = Prepared { items: maps.len(), ..Prepared::default() };
        // The game takes names that differ in case alone for one.
        let mut taken: HashMap<String, &str> = HashMap::new();
        for map in maps {
            let reason = map.reason.as_deref().unwrap_or("It could not be fetched.");
            let files = map.cached();
            if !self.0.cache.has(&files) {
                if map.files.is_some() {
                    // Somebody has emptied the cache.
                    collections::set_uncached(&self.0.db, map.id).await?;
                }
                prepared.left_out += 1;
                output.own(&format!("{}: left out. {reason}", map.name)).await;
                continue;
            }
            if map.outcome != MapOutcome::Ready {
                prepared.older += 1;
                output.own(&format!("{}: the copy that is here is used. {reason}", map.name)).await;
            }
            for file in files {
                if let Some(other) = taken.get(&file.name.to_lowercase()) {
                    let line = format!(
                        "warning: {} of {} is left out: {other} brings a file of that name",
                        file.name, map.name
                    );
                    output.own(&line).await;
                    continue;
                }
                taken.insert(file.name.to_lowercase(), &map.name);
                output.own(&format!("{}: {}", file.name, size(file.bytes))).await;
                prepared.files.insert(format!("left4dead2/addons/{}", file.name), reference(&file.file));
            }
        }
        if prepared.files.is_empty() {
            let why = trouble.or_else(|| maps.iter().find_map(|map| map.reason.clone())).unwrap_or_default();
            return Err(WorkshopError::Nothing(format!("None of its maps could be fetched: {why}")));
        }
        Ok(prepared)
    }
}
