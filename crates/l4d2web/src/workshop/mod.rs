//! Items of the Steam Workshop: what Steam says of them, fetching them into the cache, and what an overlay of them is built of.
//!
//! [`Workshop::prepare`] is what a build does before the host is called, [`Workshop::refresh`] what the nightly job does. Both ask Steam,
//! fetch (four at a time in the whole panel) and say of each item what came of it, in the job's log and in the item's row. What goes wrong
//! with one item stops no other; what the cache had of it before stays in use.

mod cache;
mod clashes;
mod collect;
mod fetch;
mod locks;
mod look;
mod one;
mod outcome;
mod picture;
mod prepare;
mod refresh;
pub(crate) mod space;
pub(crate) mod words;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use url::Url;

pub use cache::{Cache, CacheError};
pub use clashes::{Clash, clashes};
pub use outcome::Outcome;
pub use picture::PictureError;
pub use prepare::{Prepared, WorkshopError};
pub use refresh::Refreshed;

use crate::clock::Clock;
use crate::db::Db;
use crate::fetch::Fetcher;
use crate::live::Bus;
use crate::steam::{ItemId, Steam};
use locks::Locks;

/// How many items an overlay may list.
pub const ITEMS_MAX: usize = 1000;
/// How many files are fetched at once, in the whole panel.
const AT_ONCE: usize = 4;

/// The Workshop as the panel knows it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workshop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Clock,
    bus: Bus,
    steam: Steam,
    fetcher: Fetcher,
    cache: Cache,
    locks: Locks,
    slots: Arc<Semaphore>,
    pictures: Semaphore,
    picture_locks: Locks,
    under_way: Mutex<HashMap<ItemId, Way>>,
    no_pictures: Mutex<HashMap<ItemId, i64>>,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// How much is there.
    pub done: u64,
    /// How much that is of; none when it is not known.
    pub of: Option<u64>,
}

impl Workshop {
    /// The Workshop behind this API (none: Steam's own), with its cache below `root`.
    #[must_use]
    pub fn new(root: &Path, api: Option<&Url>, db: Db, clock: Clock, bus: Bus) -> Self {
        let fetcher = Fetcher::new(Steam::trusted(api));
        Self::with(root, api, fetcher, db, clock, bus)
    }

    /// The same with another fetcher.
    #[must_use]
    pub fn with(root: &Path, api: Option<&Url>, fetcher: Fetcher, db: Db, clock: Clock, bus: Bus) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            bus,
            steam: Steam::new(fetcher.clone(), api),
            fetcher,
            cache: Cache::at(root.join(Cache::DIRECTORY)),
            locks: Locks::default(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            pictures: Semaphore::new(AT_ONCE),
            picture_locks: Locks::default(),
            under_way: Mutex::default(),
            no_pictures: Mutex::default(),
        }))
    }

    /// Steam.
    #[must_use]
    pub fn steam(&self) -> &Steam {
        &self.0.steam
    }

    /// How far the download of an item is; none when it is not being fetched.
    #[must_use]
    pub fn way(&self, id: ItemId) -> Option<Way> {
        self.under_way().get(&id).copied()
    }

    /// How many files may be fetched at once: for all who fetch.
    #[must_use]
    pub fn slots(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.slots)
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<ItemId, Way>> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
