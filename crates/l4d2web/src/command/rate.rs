use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::account::TooMany;
use crate::clock::Clock;
use crate::id::UserId;

/// At once, and then one each half second.
const BURST: NonZeroU32 = NonZeroU32::new(40).expect("a constant");
const EACH: Duration = Duration::from_millis(500);

/// How often a user may tell games something: 40 times at once, then twice in a second.
#[derive(Debug)]
pub struct Rate(RateLimiter<i64, DashMapStateStore<i64>, Ticks, NoOpMiddleware<Duration>>);

#[derive(Debug, Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Rate {
    /// Nothing came yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let quota = Quota::with_period(EACH).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(BURST);
        Self(RateLimiter::new(quota, DashMapStateStore::default(), Ticks(clock.clone())))
    }

    /// Counts a command. There are as many places as users.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count(&self, user: UserId) -> Result<(), TooMany> {
        self.0.check_key(&user.0).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now()).as_millis().div_ceil(1000).max(1);
            TooMany { wait: u64::try_from(wait).unwrap_or(u64::MAX) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_forty_at_once_and_then_two_a_second() {
        let clock = Clock::fixed(1);
        let rate = Rate::new(&clock);
        let [one, other] = [1, 2].map(UserId);
        assert!((0..40).all(|_| rate.count(one).is_ok()));
        assert_eq!((rate.count(one), rate.count(other)), (Err(TooMany { wait: 1 }), Ok(())));
        clock.advance(1);
        assert!(rate.count(one).is_ok() && rate.count(one).is_ok() && rate.count(one).is_err());
    }
}
