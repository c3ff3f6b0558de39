//! The lists of servers that readers look at, kept until something is written to the database. Nothing has to tell it what changed, and what
//! another process writes counts too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::listing::Listing;
use crate::db::Version;
use crate::db::users::User;
use crate::id::UserId;
use crate::pages::PageResult;
use crate::state::AppState;

/// Lists that are kept at most; those of other readers are made again.
const KEPT: usize = 8;

/// The lists.
#[derive(Debug, Default)]
pub struct Board {
    kept: Mutex<Vec<Kept>>,
    /// Held by the one who makes a list, so that those who want the same wait for it.
    making: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Kept {
    version: Version,
    reader: Reader,
    listing: Arc<Listing>,
}

/// What a list depends on besides the database.
#[derive(Debug, PartialEq, Eq)]
struct Reader {
    user: UserId,
    admin: bool,
    host: String,
}

impl Board {
    /// The list that `user` sees. `host` is what players connect to.
    pub(super) async fn listing(&self, state: &AppState, user: &User, host: &str) -> PageResult<Arc<Listing>> {
        let reader = Reader { user: user.id, admin: user.admin, host: host.to_owned() };
        if let Some(listing) = self.find(&reader, state.db.version().await?) {
            return Ok(listing);
        }
        let _making = self.making.lock().await;
        // Before the list is read: what is written meanwhile makes another version.
        let version = state.db.version().await?;
        if let Some(listing) = self.find(&reader, version) {
            return Ok(listing);
        }
        let listing = Arc::new(Listing::load(state, user, host).await?);
        self.keep(Kept { version, reader, listing: listing.clone() });
        Ok(listing)
    }

    fn find(&self, reader: &Reader, version: Version) -> Option<Arc<Listing>> {
        let kept = self.kept();
        kept.iter().find(|kept| kept.version == version && kept.reader == *reader).map(|kept| kept.listing.clone())
    }

    /// Keeps one in the place of those that are out of date, or of the eldest.
    fn keep(&self, new: Kept) {
        let mut kept = self.kept();
        kept.retain(|old| old.version == new.version && old.reader != new.reader);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(new);
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        // What is guarded is whole at any moment.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
