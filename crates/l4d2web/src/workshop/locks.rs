//! One lock for each item that somebody works on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::steam::ItemId;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<ItemId, Weak<AsyncMutex<()>>>>);

impl Locks {
    /// Waits until nobody else works on an item.
    pub(super) async fn of(&self, id: ItemId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| lock.strong_count() > 0);
            let known = locks.get(&id).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::new(AsyncMutex::new(()));
                locks.insert(id, Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}
