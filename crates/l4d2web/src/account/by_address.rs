use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;

use super::TooMany;
use super::limits::{Limiter, limiter, network, try_at};
use crate::clock::Clock;

/// A limit for each address; an IPv6 address counts as its /64. What is remembered is bounded as in [`super::Limits`].
#[derive(Debug)]
pub struct ByAddress {
    hash: RandomState,
    limiter: Limiter,
}

impl ByAddress {
    /// So many at once, and then one in so many seconds.
    #[must_use]
    pub fn new(rate: (u32, u64), clock: &Clock) -> Self {
        Self { hash: RandomState::new(), limiter: limiter(rate, clock) }
    }

    /// Counts one.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count(&self, address: IpAddr) -> Result<(), TooMany> {
        #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as the others")]
        let place = self.hash.hash_one(network(address)) as u16;
        try_at(&self.limiter, place).map(drop)
    }
}
