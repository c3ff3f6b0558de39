//! Asking Steam what has become of items.

use tokio_util::sync::CancellationToken;

use super::outcome::title;
use super::words::{label, sentence};
use super::{Outcome, Workshop, WorkshopError};
use crate::db::workshop_items::{self, WorkshopItem};
use crate::queue::Output;
use crate::steam::{Item, ItemId, Steam, Word};

impl Workshop {
    /// Asks Steam for these items and stores what it says; why Steam could not be asked for all of them, when it could not. An item of which
    /// nothing is known and nothing is heard is noted as failed.
    pub(super) async fn look(
        &self,
        items: &[WorkshopItem],
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, WorkshopError> {
        for (number, batch) in items.chunks(Steam::BATCH).enumerate() {
            let ids: Vec<ItemId> = batch.iter().map(|item| item.id).collect();
            let words = match self.0.steam.details(&ids, cancel).await {
                Ok(words) => words,
                Err(error) if error.is_cancelled() => return Err(WorkshopError::Cancelled),
                Err(error) => {
                    // The others would have to wait as long for the same.
                    let why = sentence(&error.to_string());
                    for item in &items[number * Steam::BATCH..] {
                        if item.file_url.is_none() {
                            workshop_items::set_failed(&self.0.db, item.id, &why).await?;
                        }
                    }
                    output.own(&format!("warning: {why} Items stay as they are known.")).await;
                    return Ok(Some(why));
                }
            };
            self.store(batch, &words, output).await?;
        }
        Ok(None)
    }

    async fn store(
        &self,
        batch: &[WorkshopItem],
        words: &[(ItemId, Word)],
        output: &Output,
    ) -> Result<(), WorkshopError> {
        let now = self.0.clock.now();
        let found: Vec<(ItemId, &Item)> = words
            .iter()
            .filter_map(|(id, word)| match word {
                Word::Item(item) => Some((*id, item)),
                _ => None,
            })
            .collect();
        workshop_items::set_items(&self.0.db, &found, now).await?;
        for ((id, word), item) in words.iter().zip(batch) {
            let Some((outcome, reason)) = Outcome::of_refusal(word) else { continue };
            let title = title(word);
            workshop_items::set_refused(&self.0.db, *id, title, outcome, &reason, now).await?;
            let title = if title.is_empty() { item.title.as_str() } else { title };
            output.own(&format!("{}: {reason}", label(*id, title))).await;
        }
        Ok(())
    }
}
