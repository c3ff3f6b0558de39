//! How long and how much.

use std::time::Duration;

/// The bounds of what is fetched.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a connection may take, the handshake included.
    pub connect: Duration,
    /// How long nothing may come.
    pub silence: Duration,
    /// Within which time [`Limits::least`] bytes must have come, so that nobody holds a worker for hours with a byte now and then.
    pub window: Duration,
    /// See [`Limits::window`].
    pub least: u64,
    /// How often something is tried without getting any further.
    pub tries: u32,
    /// How long to wait before the second try; each wait is twice as long as the last.
    pub pause: Duration,
}

impl Limits {
    /// How often something is tried at all, even when each try gets a little further.
    pub(super) const MOST_TRIES: u32 = 30;

    /// How long to wait after try number `tried` (from 1).
    pub(super) fn wait(&self, tried: u32) -> Duration {
        self.pause.saturating_mul(1 << tried.saturating_sub(1).min(5))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            window: Duration::from_mins(1),
            least: 64 * 1024,
            tries: 3,
            pause: Duration::from_secs(1),
        }
    }
}
