use std::sync::Arc;

use super::listing::Listing;
use crate::db::users::User;
use crate::db::{Kept, Version};
use crate::id::UserId;
use crate::pages::PageResult;
use crate::state::AppState;

/// Lists that are kept at most; those of other readers are made again.
const MOST: usize = 8;

/// The lists of servers that readers look at, made anew only when something was written to the database.
#[derive(Debug)]
pub struct Board {
    kept: Kept<Reader, Arc<Listing>>,
    /// Held by the one who makes a list, so that those who want the same wait for it.
    making: tokio::sync::Mutex<()>,
}

/// What a list depends on besides the database.
#[derive(Debug, PartialEq, Eq)]
struct Reader {
    user: UserId,
    admin: bool,
    host: String,
}

impl Board {
    /// The list that `user` sees when the database is this version, or a later one. `host` is what players connect to.
    pub(super) async fn listing(
        &self,
        state: &AppState,
        version: Version,
        user: &User,
        host: &str,
    ) -> PageResult<Arc<Listing>> {
        let reader = Reader { user: user.id, admin: user.admin, host: host.to_owned() };
        if let Some(listing) = self.kept.get(version, &reader) {
            return Ok(listing);
        }
        let _making = self.making.lock().await;
        // Before the list is read: what is written meanwhile makes another version.
        let version = state.db.version().await?;
        if let Some(listing) = self.kept.get(version, &reader) {
            return Ok(listing);
        }
        let listing = Arc::new(Listing::load(state, user, host).await?);
        self.kept.keep(version, reader, listing.clone());
        Ok(listing)
    }
}

impl Default for Board {
    fn default() -> Self {
        Self { kept: Kept::new(MOST), making: tokio::sync::Mutex::default() }
    }
}
