//! Reading the index of a collection.

use tokio_util::sync::CancellationToken;
use url::Url;

use super::fetch::blocking;
use super::index::{self, Index};
use super::{Collection, Maps};
use crate::db::collections::{self, MapCollection};
use crate::fetch::{FetchError, Request};
use crate::pages::kit::count;
use crate::queue::Output;
use crate::workshop::WorkshopError;
use crate::workshop::words::{fetch_reason, sentence};

/// The longest index that is read, in bytes.
const INDEX_MAX: usize = 4 * 1024 * 1024;
/// How many maps a collection must have had before it counts as strange that most of them are gone.
const MANY: usize = 2;
/// How long an index must have lost most of its maps before that is believed, in seconds: two nights see it.
const BELIEVED: i64 = 12 * 60 * 60;

impl Maps {
    /// Reads the index of a collection and stores what it says. Why it could not be read, or is not believed, in sentences: all stays as it is
    /// known then.
    pub(super) async fn look(
        &self,
        collection: &MapCollection,
        output: &Output,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, WorkshopError> {
        let (overlay, source) = (collection.overlay_id, collection.source);
        output.own(&format!("step: reading the index of {}", source.title())).await;
        let index = match self.index(source, cancel).await? {
            Ok(index) => index,
            Err(why) => {
                output.own(&format!("warning: {why} Its maps stay as they are known.")).await;
                collections::set_trouble(&self.0.db, overlay, &why, collection.shrunk_at).await?;
                return Ok(Some(why));
            }
        };
        for clause in &index.odd {
            output.own(&format!("warning: left out of the index: {clause}")).await;
        }
        let now = self.0.clock.now();
        let known = collections::maps(&self.0.db, overlay).await?.len();
        let since = collection.shrunk_at.unwrap_or(now);
        if known >= MANY && index.maps.len() * 2 < known && now - since < BELIEVED {
            let why = format!(
                "The index of {} names {} where it named {known}. Nothing is taken away before that has stood for twelve hours.",
                source.title(),
                count(index.maps.len(), "map", "maps")
            );
            output.own(&format!("warning: {why}")).await;
            collections::set_trouble(&self.0.db, overlay, &why, Some(since)).await?;
            return Ok(Some(why));
        }
        let changed = collections::set_index(&self.0.db, overlay, &index, now).await?;
        for (names, what) in [(&changed.added, "is new in the index"), (&changed.removed, "has left the index")] {
            for name in names {
                output.own(&format!("“{name}” {what}")).await;
            }
        }
        Ok(None)
    }

    async fn index(
        &self,
        source: Collection,
        cancel: &CancellationToken,
    ) -> Result<Result<Index, String>, WorkshopError> {
        let address = source.index(self.0.bases.get(&source));
        let (bytes, _) = match self.fetcher(source).small(&Request::get(&address), INDEX_MAX, cancel).await {
            Ok(answer) => answer,
            Err(FetchError::Cancelled) => return Err(WorkshopError::Cancelled),
            Err(error) => return Ok(Err(fetch_reason(&error))),
        };
        let read = move || {
            let text = String::from_utf8_lossy(&bytes);
            match (source, Url::parse(&address)) {
                (Collection::L4d2Center, _) => index::csv(&text),
                (Collection::Cedapug, Ok(base)) => index::page(&text, &base),
                (Collection::Cedapug, Err(_)) => Err(index::IndexError::Empty),
            }
        };
        let read = blocking(read).await?;
        Ok(read.map_err(|error| sentence(&format!("{}: {error}", source.title()))))
    }
}
