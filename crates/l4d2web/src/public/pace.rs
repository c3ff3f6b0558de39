use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How fast all downloads of strangers go together: each piece waits until those before it could have been sent. A cheap copy.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Bytes in a second.
    rate: u64,
    /// When the next piece may go.
    next: Arc<Mutex<Instant>>,
}

impl Pace {
    /// So many bytes in a second.
    #[must_use]
    pub fn new(rate: u64) -> Self {
        Self { rate: rate.max(1), next: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Waits until a piece of so many bytes may go.
    pub async fn wait(&self, bytes: usize) {
        sleep_until(self.slot(bytes)).await;
    }

    fn slot(&self, bytes: usize) -> Instant {
        let nanos = bytes as u128 * 1_000_000_000 / u128::from(self.rate);
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        // What is guarded is whole at any moment.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = (*next).max(Instant::now());
        *next = slot + takes;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_share_one_pace() {
        let pace = Pace::new(1000);
        let first = pace.slot(100);
        for piece in 1..10u32 {
            let other = pace.clone();
            assert_eq!(other.slot(100), first + Duration::from_millis(100) * piece);
        }
        // What nobody used is not owed.
        let long_ago = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
        *pace.next.lock().unwrap() = long_ago;
        let before = Instant::now();
        assert!(pace.slot(100) >= before);
        assert!(pace.slot(100) >= before + Duration::from_millis(100));
    }
}
