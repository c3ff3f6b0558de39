//! The wall clock, and the only place that reads it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// Where [`Clock::elapsed`] counts from on the machine's clock.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Tells the time: the machine's, or in tests one that stands until it is moved.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `seconds` (Unix time) until [`Clock::advance`] moves it; copies move together.
    #[must_use]
    pub fn fixed(seconds: i64) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(seconds * 1000))))
    }

    /// Unix time in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Unix time in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
            Source::System => jiff::Timestamp::now().as_millisecond(),
            Source::Fixed(at) => at.load(Ordering::SeqCst),
        }
    }

    /// How long a stopwatch has run that nobody sets: for what must not jump when the machine's clock is set.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::System => START.elapsed(),
            Source::Fixed(at) => Duration::from_millis(at.load(Ordering::SeqCst).unsigned_abs()),
        }
    }

    /// Moves a fixed clock on by `seconds`; the machine's clock stays as it is.
    pub fn advance(&self, seconds: i64) {
        if let Source::Fixed(at) = &self.0 {
            at.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }
}
