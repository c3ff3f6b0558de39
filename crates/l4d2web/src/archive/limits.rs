use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

use crate::files::{Quota, Reserve};

/// What an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files and folders.
    pub entries: u64,
    /// Bytes of one file: more is no VPK, whose offsets have 32 bits.
    pub file: u64,
    /// Bytes in all.
    pub total: u64,
    /// How many times its packed size something may have …
    pub ratio: u64,
    /// … once it is longer than this.
    pub ratio_from: u64,
    /// What stays free on the disk.
    pub reserve: Reserve,
    /// Whose quota it counts for.
    pub quota: Option<Quota>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            file: 4 << 30,
            total: 20_000_000_000,
            ratio: 200,
            ratio_from: 10 << 20,
            reserve: Reserve::default(),
            quota: None,
        }
    }
}

/// How far an archive is, for those who wait for it, and whether it shall stop.
#[derive(Debug, Default)]
pub struct Progress {
    pub(super) done: AtomicU64,
    pub(super) total: AtomicU64,
    cancelled: CancellationToken,
}

impl Progress {
    /// Bytes that are written, and bytes that the archive says it has in all.
    #[must_use]
    pub fn figures(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Stops the work soon.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Whether it shall stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Waits until it shall stop.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }
}
