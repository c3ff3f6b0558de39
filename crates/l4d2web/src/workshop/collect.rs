//! Taking out of the cache what nobody lists.

use super::fetch::blocking;
use super::words::label;
use super::{Workshop, WorkshopError};
use crate::db::workshop_items;
use crate::pages::kit::size;
use crate::queue::Output;

impl Workshop {
    /// Removes the items that no overlay lists, and files of which nothing is known; how many, and how many bytes. Trees that hold such a file
    /// keep it until they go.
    pub(super) async fn collect(&self, output: &Output) -> Result<(usize, u64), WorkshopError> {
        let cache = self.0.cache.clone();
        let mut gone = blocking(move || cache.items()).await?.map_err(WorkshopError::Cache)?;
        let known = workshop_items::all(&self.0.db).await?;
        gone.retain(|id| !known.contains(id));
        gone.extend(workshop_items::unlisted(&self.0.db).await?);
        let (mut items, mut bytes) = (0, 0);
        for id in gone {
            let _lock = self.0.locks.of(id).await;
            let title = workshop_items::find(&self.0.db, id).await?.map(|item| item.title).unwrap_or_default();
            workshop_items::delete_unlisted(&self.0.db, id).await?;
            if workshop_items::find(&self.0.db, id).await?.is_some() {
                // Somebody has listed it meanwhile.
                continue;
            }
            let cache = self.0.cache.clone();
            let freed = blocking(move || cache.remove(id)).await?.map_err(WorkshopError::Cache)?;
            output.own(&format!("{}: no overlay lists it, {} removed", label(id, &title), size(freed))).await;
            items += 1;
            bytes += freed;
        }
        Ok((items, bytes))
    }
}
