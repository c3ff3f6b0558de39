//! What the nightly job does with items of the Workshop.

use tokio_util::sync::CancellationToken;

use super::{Workshop, WorkshopError};
use crate::db::{overlay_items, workshop_items};
use crate::id::OverlayId;
use crate::pages::kit::{count, size};
use crate::queue::Output;

/// What a refresh has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// How many items there are.
    pub items: usize,
    /// How many were fetched.
    pub fetched: usize,
    /// How many could not be.
    pub failed: usize,
    /// Why Steam did not answer for all, when it did not.
    pub unanswered: Option<String>,
    /// How many items were removed from the cache, and how many bytes they had.
    pub removed: (usize, u64),
    /// The overlays that have changed since they were built.
    pub overlays: Vec<OverlayId>,
}

impl Workshop {
    /// Asks Steam for all items that overlays list, fetches what has changed, and takes out of the cache what no overlay lists any more.
    ///
    /// # Errors
    ///
    /// When there is no room, the cache or the database cannot be used, or somebody has cancelled it.
    pub async fn refresh(&self, output: &Output, cancel: &CancellationToken) -> Result<Refreshed, WorkshopError> {
        let removed = self.collect(output).await?;
        let items = workshop_items::listed(&self.0.db).await?;
        let mut refreshed = Refreshed { items: items.len(), removed, ..Refreshed::default() };
        if !items.is_empty() {
            output.own(&format!("step: asking Steam for {} items", items.len())).await;
            refreshed.unanswered = self.look(&items, output, cancel).await?;
            let items = workshop_items::listed(&self.0.db).await?;
            let fetched = self.fetch(&items, None, output, cancel).await?;
            (refreshed.fetched, refreshed.failed) = (fetched.items, fetched.failed);
        }
        refreshed.overlays = overlay_items::changed_overlays(&self.0.db).await?;
        Ok(refreshed)
    }
}

impl Refreshed {
    /// What was done, in sentences.
    #[must_use]
    pub fn words(&self) -> String {
        let items = |number| count(number, "item", "items");
        let mut words = vec![match (self.items, &self.unanswered) {
            (0, _) => "There are no workshop items to look for.".to_owned(),
            (number, None) => format!("{} of the Workshop: {} fetched.", items(number), self.fetched),
            (number, Some(why)) => format!("{} of the Workshop: {} fetched. {why}", items(number), self.fetched),
        }];
        if self.failed > 0 {
            words.push(format!("{} could not be fetched; the log says why.", items(self.failed)));
        }
        if self.removed.0 > 0 {
            words.push(format!(
                "{} that no overlay lists left the cache ({}).",
                items(self.removed.0),
                size(self.removed.1)
            ));
        }
        words.join(" ")
    }
}
