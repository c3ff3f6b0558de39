//! Who plays, on which map, and how servers get on. The consoles of all servers that run are asked every five seconds ([`run`]); what was seen last
//! is in the memory ([`Play`]), and what was seen before in the database ([`history`], [`stays`]), which the looks never wait for.
//!
//! Whatever a server says is foreign: it costs its own row, and nothing else.

mod ask;
mod atlas;
mod cgroup;
mod desk;
pub mod door;
pub mod graph;
pub mod history;
mod keep;
mod line;
mod pace;
pub mod profiles;
mod recorder;
mod seen;
mod sparks;
pub mod stays;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

pub use atlas::atlas;
pub use cgroup::{Cgroups, Usage};
pub use keep::{run, run_with};
pub use line::{Line, Lines, Local};
pub use recorder::tidy;
pub use seen::{Here, Look, Seen, Unseen};
pub use sparks::{Spark, Sparks, SparksKept};

use crate::id::ServerId;
use history::Sample;

/// What is seen of servers in the game now. A cheap copy; reading waits for nobody.
#[derive(Debug, Clone, Default)]
pub struct Play(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    slots: RwLock<HashMap<ServerId, Slot>>,
    /// Grows whenever something changes that lists show.
    listed: AtomicU64,
    /// What is under way and not in the database yet.
    open: RwLock<HashMap<ServerId, Vec<Sample>>>,
}

#[derive(Debug, Clone)]
struct Slot {
    look: Arc<Look>,
    /// Wakes who asks it.
    now: Arc<Notify>,
}

impl Play {
    /// What is known of a server; none when it does not run.
    #[must_use]
    pub fn of(&self, server: ServerId) -> Option<Arc<Look>> {
        self.slots().get(&server).map(|slot| slot.look.clone())
    }

    /// What was last seen of a server; none when it does not run, or nothing is seen of it.
    #[must_use]
    pub fn seen(&self, server: ServerId) -> Option<Arc<Seen>> {
        self.of(server)?.seen.clone()
    }

    /// What is known of all that run.
    #[must_use]
    pub fn all(&self) -> Vec<(ServerId, Arc<Look>)> {
        self.slots().iter().map(|(id, slot)| (*id, slot.look.clone())).collect()
    }

    /// Another number whenever something changed that lists show.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.listed.load(Ordering::Acquire)
    }

    /// Has a server looked at now rather than in its turn: somebody has just changed something in its game.
    pub fn look_now(&self, server: ServerId) {
        if let Some(slot) = self.slots().get(&server) {
            slot.now.notify_one();
        }
    }

    /// Samples of a server that are not stored yet, in order; the last of them is under way.
    #[must_use]
    pub fn open_samples(&self, server: ServerId) -> Vec<Sample> {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        open.get(&server).cloned().unwrap_or_default()
    }

    fn slots(&self) -> std::sync::RwLockReadGuard<'_, HashMap<ServerId, Slot>> {
        // What is guarded is whole at any moment.
        self.0.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn slots_mut(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<ServerId, Slot>> {
        self.0.slots.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_open(&self, server: ServerId, samples: Vec<Sample>) {
        let mut open = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
        if samples.is_empty() {
            open.remove(&server);
        } else {
            open.insert(server, samples);
        }
    }

    fn listed(&self) {
        self.0.listed.fetch_add(1, Ordering::AcqRel);
    }
}
