//! Collections of maps that others keep, as overlays for everybody: reading their index, fetching what has changed, and what an overlay of one
//! is built of.
//!
//! [`Maps::prepare`] is what a build does before the host is called, [`Maps::refresh`] what the nightly job does. What goes wrong with one map
//! stands in its row and stops no other; what the cache had of it stays in use. An index that cannot be read, or that has suddenly lost most of
//! its maps, takes nothing away.

mod cache;
mod collection;
mod compose;
mod fetch;
pub mod index;
mod look;
mod one;
mod refresh;
mod vpk_name;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use url::Url;

pub use cache::CachedFile;
pub use collection::Collection;
pub use compose::Held;
pub use refresh::RefreshedMaps;
pub use vpk_name::VpkName;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::fetch::{Fetcher, Origin};
use crate::id::MapId;
use crate::live::Bus;
use crate::workshop::Way;
use cache::Cache;

/// What came of fetching a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum MapOutcome {
    /// It is still to be fetched.
    New,
    /// The cache has what the index speaks of.
    Ready,
    /// It could not be fetched this time.
    Failed,
}

/// The collections as the panel knows them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Maps(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Clock,
    bus: Bus,
    /// Of each collection its own: what one names is not trusted for what another lists.
    fetchers: HashMap<Collection, Fetcher>,
    cache: Cache,
    bases: HashMap<Collection, Url>,
    /// Held by the one job that works on collections.
    work: Arc<tokio::sync::Mutex<()>>,
    /// One archive after the other is unpacked: each may take some hundred megabytes of memory for it.
    unpacking: Semaphore,
    /// What is fetched at once, in the whole panel.
    slots: Arc<Semaphore>,
    under_way: Mutex<HashMap<MapId, Way>>,
}

impl Maps {
    /// The collections, with their cache below the root. `slots`: how many files may be fetched at once, shared with whoever else fetches.
    #[must_use]
    pub fn new(config: &Config, db: Db, clock: Clock, bus: Bus, slots: Arc<Semaphore>) -> Self {
        let named = Collection::ALL.into_iter().filter_map(|one| Some((one, one.base(config)?.clone())));
        let bases: HashMap<Collection, Url> = named.collect();
        let trusted = |one| bases.get(&one).and_then(Origin::of).into_iter().collect();
        let fetchers = Collection::ALL.into_iter().map(|one| (one, Fetcher::new(trusted(one)))).collect();
        Self::with(&config.root, bases, fetchers, db, clock, bus, slots)
    }

    /// The same with other fetchers, one for each collection.
    #[must_use]
    pub fn with(
        root: &Path,
        bases: HashMap<Collection, Url>,
        fetchers: HashMap<Collection, Fetcher>,
        db: Db,
        clock: Clock,
        bus: Bus,
        slots: Arc<Semaphore>,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            bus,
            fetchers,
            cache: Cache::below(root),
            bases,
            work: Arc::default(),
            unpacking: Semaphore::new(1),
            slots,
            under_way: Mutex::default(),
        }))
    }

    fn fetcher(&self, source: Collection) -> &Fetcher {
        static NOBODY: LazyLock<Fetcher> = LazyLock::new(|| Fetcher::new(Vec::new()));
        self.0.fetchers.get(&source).unwrap_or(&NOBODY)
    }

    /// How far the download of a map is; none when it is not being fetched.
    #[must_use]
    pub fn way(&self, id: MapId) -> Option<Way> {
        self.under_way().get(&id).copied()
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<MapId, Way>> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
