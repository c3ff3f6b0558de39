//! What a build of a workshop overlay does before the host is called.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::fetch::blocking;
use super::words::{cache_reason, label, sentence};
use super::{Cache, CacheError, Outcome, Workshop, clashes};
use crate::db::workshop_items::{self, WorkshopItem};
use crate::db::{overlay_items, overlays};
use crate::id::OverlayId;
use crate::live::Change;
use crate::pages::kit::{count, size};
use crate::queue::Output;
use crate::steam::ItemId;

/// What an overlay is built of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The path in the tree, and the file below left4me's directory that stands there.
    pub files: BTreeMap<String, String>,
    /// The `source_at` of the overlay when it was read what it lists; none where nothing can change in between.
    pub source: Option<i64>,
    /// How many items the overlay lists.
    pub items: usize,
    /// How many of these are not in it, since there is nothing of them.
    pub left_out: usize,
    /// How many are in it as they were before, since what Steam has could not be fetched.
    pub older: usize,
}

impl Prepared {
    /// What is not as it should be, in sentences; none when all is. `nouns`: what one of them is called, and several.
    #[must_use]
    pub fn but(&self, nouns: (&str, &str)) -> Option<String> {
        let items = |number| count(number, nouns.0, nouns.1);
        let is = |count: usize| if count == 1 { "is" } else { "are" };
        let left_out = (self.left_out > 0).then(|| {
            format!("{} of {} {} not in it; the log says why.", items(self.left_out), self.items, is(self.left_out))
        });
        let older = (self.older > 0).then(|| {
            format!("{} of {} {} in it as before; the log says why.", items(self.older), self.items, is(self.older))
        });
        let words: Vec<String> = left_out.into_iter().chain(older).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// Why nothing can be done at all.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The database.
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The cache.
    #[error(transparent)]
    Cache(CacheError),
    /// There is no room.
    #[error(
        "there is no room for {}: {} are free, of which 2 GB or a twentieth of the disk stay free; {} are missing",
        size(*wanted),
        size(*free),
        size(*missing)
    )]
    Full {
        /// How much is wanted.
        wanted: u64,
        /// How much is free.
        free: u64,
        /// How much is missing.
        missing: u64,
    },
    /// There is no room for its owner.
    #[error("its items are {} in all, and the quota of its owner leaves {}: take some out, or ask an admin for more", size(*told), size(*most))]
    Quota {
        /// How much all items are.
        told: u64,
        /// How much may be.
        most: u64,
    },
    /// There is nothing of any item.
    #[error("{0}")]
    Nothing(String),
    /// The panel itself failed.
    #[error("a part of the panel failed: {0}")]
    Task(String),
    /// Somebody does not want it any more.
    #[error("it was cancelled")]
    Cancelled,
}

impl WorkshopError {
    /// As sentences.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Cache(error) => cache_reason(error),
            Self::Nothing(words) => words.clone(),
            error => sentence(&error.to_string()),
        }
    }
}

impl Workshop {
    /// `most`: how much may be in it, in bytes; nothing is fetched for what would be more. Asks Steam for the items of an overlay of which something is to be asked, fetches what is missing, looks which of them bring the same
    /// files, and says what the overlay is built of.
    ///
    /// # Errors
    ///
    /// When there is nothing to build of, or no room, or somebody has cancelled it. What goes wrong with some items is no error: see [`Prepared`].
    pub async fn prepare(
        &self,
        overlay: OverlayId,
        most: Option<u64>,
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<Prepared, WorkshopError> {
        let items = workshop_items::of_overlay(&self.0.db, overlay).await?;
        let ask: Vec<WorkshopItem> = items.iter().filter(|item| is_to_be_asked(item)).cloned().collect();
        if !ask.is_empty() {
            output.own(&format!("step: asking Steam for {} of {} items", ask.len(), items.len())).await;
            self.look(&ask, output, cancel).await?;
        }
        let items = workshop_items::of_overlay(&self.0.db, overlay).await?;
        let told: u64 = items.iter().filter_map(|item| u64::try_from(item.bytes.or(item.cached_bytes)?).ok()).sum();
        if let Some(most) = most.filter(|most| told > *most) {
            return Err(WorkshopError::Quota { told, most });
        }
        for item in items.iter().filter(|item| item.cached_bytes.is_some() && self.0.cache.length(item.id).is_none()) {
            // Somebody has emptied the cache.
            workshop_items::set_uncached(&self.0.db, item.id).await?;
        }
        let items = workshop_items::of_overlay(&self.0.db, overlay).await?;
        self.fetch(&items, Some(overlay), output, cancel).await?;
        let source = overlays::find(&self.0.db, overlay).await?.and_then(|overlay| overlay.source_at);
        let items = workshop_items::of_overlay(&self.0.db, overlay).await?;
        self.find_clashes(overlay, &items, output).await?;
        self.0.bus.send(Change::Overlay(overlay));
        Ok(Prepared { source, ..self.compose(&items, output).await? })
    }

    async fn compose(&self, items: &[WorkshopItem], output: &Output) -> Result<Prepared, WorkshopError> {
        let mut prepared = Prepared { items: items.len(), ..Prepared::default() };
        for item in items {
            let label = label(item.id, &item.title);
            let reason = item.reason.as_deref().unwrap_or("It could not be fetched.");
            if item.cached_bytes.is_none() {
                prepared.left_out += 1;
                output.own(&format!("{label}: left out. {reason}")).await;
                continue;
            }
            let line = if self.has(item) && item.outcome == Outcome::Ready {
                format!(
                    "{label}: ready, {}",
                    size(item.cached_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default())
                )
            } else {
                prepared.older += 1;
                format!("{label}: the copy that is here is used. {reason}")
            };
            output.own(&line).await;
            prepared.files.insert(format!("left4dead2/addons/{}.vpk", item.id), Cache::reference(item.id));
        }
        if prepared.files.is_empty() && !items.is_empty() {
            let why = items.iter().find_map(|item| item.reason.clone()).unwrap_or_default();
            let which =
                if items.len() == 1 { "Its item could not be fetched" } else { "None of its items could be fetched" };
            return Err(WorkshopError::Nothing(format!("{which}: {why}")));
        }
        Ok(prepared)
    }

    async fn find_clashes(
        &self,
        overlay: OverlayId,
        items: &[WorkshopItem],
        output: &Output,
    ) -> Result<(), WorkshopError> {
        let ids: Vec<ItemId> = items.iter().filter(|item| item.cached_bytes.is_some()).map(|item| item.id).collect();
        let cache = self.0.cache.clone();
        let read = move || {
            let paths = |id: ItemId| {
                let (_, directory) = cache.read(id).ok()?;
                Some((id, directory.entries().iter().map(|entry| entry.path.clone()).collect()))
            };
            let all: Vec<(ItemId, Vec<String>)> = ids.into_iter().filter_map(paths).collect();
            clashes(&all)
        };
        let found = blocking(read).await?;
        for clash in found.iter().take(20) {
            let title =
                |id| items.iter().find(|item| item.id == id).map_or_else(String::new, |item| label(id, &item.title));
            let (winner, loser) = (title(clash.winner), title(clash.loser));
            let files = count(usize::try_from(clash.files).unwrap_or_default(), "file", "files");
            let line = format!(
                "warning: {winner} brings {files} of {loser} too ({}): the game takes those of {winner}",
                clash.example
            );
            output.own(&line).await;
        }
        overlay_items::set_clashes(&self.0.db, overlay, &found).await?;
        Ok(())
    }
}

/// Whether the next build asks Steam for an item: nothing was heard of it, it was wanted, or it could not be had.
fn is_to_be_asked(item: &WorkshopItem) -> bool {
    item.checked_at.is_none() || !matches!(item.outcome, Outcome::New | Outcome::Ready) || item.file_url.is_none()
}
