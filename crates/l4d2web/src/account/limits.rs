use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::UserName;
use crate::clock::Clock;
use crate::id::UserId;

/// Tries from one address at once, and then one in so many seconds. An IPv6 address counts as its /64, which is what one customer has.
const BY_ADDRESS: (u32, u64) = (20, 30);
/// Tries at one name (or at one user's password change) from one address at once, and then one in so many seconds.
const BY_NAME: (u32, u64) = (10, 60);
/// The same from all addresses together: so many that nobody locks another out by hand.
const BY_NAME_ALONE: (u32, u64) = (100, 10);

/// How often passwords and setup links may be tried: 20 times from an address and then every 30 seconds, 10 times at a name from
/// an address and then every minute, and 100 times at a name from all addresses and then every 10 seconds. Every try counts, also one that succeeds, and also one at a name that nobody has.
///
/// What is remembered is bounded: each address and name falls into one of 65,536 places, by a hash that nobody outside can predict. Two that
/// fall into the same place share their tries.
#[derive(Debug)]
pub struct Limits {
    hash: RandomState,
    by_address: Limiter,
    by_name: Limiter,
    by_name_alone: Limiter,
}

/// Whose password is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// Of the name given at a login.
    Login(&'a UserName),
    /// Of nobody: what was typed at a login is not a name.
    Nobody,
    /// Of a user who changes it.
    Change(UserId),
    /// None: a setup link is tried.
    Setup,
}

/// No more tries for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Seconds until the next one counts; at least one.
    pub wait: u64,
}

pub(super) type Limiter = RateLimiter<u16, DashMapStateStore<u16>, Ticks, StateInformationMiddleware>;

/// The panel's clock, for the limiter.
#[derive(Debug, Clone)]
pub(super) struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Limits {
    /// Nothing was tried yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let [by_address, by_name, by_name_alone] =
            [BY_ADDRESS, BY_NAME, BY_NAME_ALONE].map(|rate| limiter(rate, clock));
        Self { hash: RandomState::new(), by_address, by_name, by_name_alone }
    }

    /// Counts a try, and says how many are left.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count(&self, address: IpAddr, target: Target<'_>) -> Result<u32, TooMany> {
        let network = network(address);
        let left = try_at(&self.by_address, self.place(network))?;
        if target == Target::Setup {
            return Ok(left);
        }
        // What is refused for one address must not count against all.
        let left = left.min(try_at(&self.by_name, self.place((target, network)))?);
        Ok(left.min(try_at(&self.by_name_alone, self.place(target))?))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are as good as the others")]
    fn place(&self, key: impl std::hash::Hash) -> u16 {
        self.hash.hash_one(key) as u16
    }
}

impl TooMany {
    /// What the person is told.
    #[must_use]
    pub fn sentence(self) -> String {
        let TooMany { wait } = self;
        format!("Too many tries. The next one counts in {wait} {}.", if wait == 1 { "second" } else { "seconds" })
    }
}

pub(super) fn limiter((burst, seconds): (u32, u64), clock: &Clock) -> Limiter {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(Duration::from_secs(seconds)).unwrap_or(Quota::per_minute(NonZeroU32::MIN));
    Limiter::new(quota.allow_burst(burst), DashMapStateStore::default(), Ticks(clock.clone()))
}

pub(super) fn try_at(limiter: &Limiter, place: u16) -> Result<u32, TooMany> {
    match limiter.check_key(&place) {
        Ok(state) => Ok(state.remaining_burst_capacity()),
        Err(until) => {
            let wait = until.wait_time_from(limiter.clock().now()).as_millis().div_ceil(1000).max(1);
            Err(TooMany { wait: u64::try_from(wait).unwrap_or(u64::MAX) })
        }
    }
}

/// What counts as one address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("203.0.113.7", "203.0.113.7")]
    #[case("::ffff:203.0.113.7", "203.0.113.7")]
    #[case("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::")]
    #[case("::1", "::")]
    fn one_address(#[case] address: &str, #[case] counted: &str) {
        assert_eq!(network(ip(address)), ip(counted));
    }

    #[test]
    fn an_address_runs_out_and_recovers() {
        let clock = Clock::fixed(0);
        let limits = Limits::new(&clock);
        for left in (0..20).rev() {
            assert_eq!(limits.count(ip("2001:db8::1"), Target::Setup), Ok(left));
        }
        assert_eq!(limits.count(ip("2001:db8::2"), Target::Setup), Err(TooMany { wait: 30 }));
        assert!(limits.count(ip("2001:db8:0:1::1"), Target::Setup).is_ok(), "another /64");
        clock.advance(29);
        assert_eq!(limits.count(ip("2001:db8::1"), Target::Setup), Err(TooMany { wait: 1 }));
        clock.advance(1);
        assert_eq!(limits.count(ip("2001:db8::1"), Target::Setup), Ok(0));
    }

    #[test]
    fn a_name_runs_out_for_one_address() {
        let clock = Clock::fixed(0);
        let limits = Limits::new(&clock);
        let (zoey, bill) = (UserName::parse("zoey").unwrap(), UserName::parse("bill").unwrap());
        for left in (0..10).rev() {
            assert_eq!(limits.count(ip("192.0.2.1"), Target::Login(&zoey)), Ok(left));
        }
        assert_eq!(limits.count(ip("192.0.2.1"), Target::Login(&zoey)), Err(TooMany { wait: 60 }));
        assert!(limits.count(ip("192.0.2.1"), Target::Login(&bill)).is_ok());
        assert!(limits.count(ip("192.0.2.1"), Target::Change(UserId(1))).is_ok());
        assert_eq!(limits.count(ip("192.0.2.2"), Target::Login(&zoey)), Ok(9), "zoey herself, from elsewhere");
        clock.advance(60);
        assert!(limits.count(ip("192.0.2.1"), Target::Login(&zoey)).is_ok());
    }

    #[test]
    fn a_name_runs_out_from_wherever_it_is_tried() {
        let clock = Clock::fixed(0);
        let limits = Limits::new(&clock);
        let (zoey, bill) = (UserName::parse("zoey").unwrap(), UserName::parse("bill").unwrap());
        for host in 0..100 {
            assert!(limits.count(ip(&format!("192.0.2.{host}")), Target::Login(&zoey)).is_ok());
        }
        assert_eq!(limits.count(ip("192.0.2.200"), Target::Login(&zoey)), Err(TooMany { wait: 10 }));
        assert!(limits.count(ip("192.0.2.200"), Target::Login(&bill)).is_ok());
        clock.advance(10);
        assert!(limits.count(ip("192.0.2.200"), Target::Login(&zoey)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let limits = Limits::new(&Clock::fixed(0));
        for host in 0..200_000_u128 {
            let _ = limits.count(IpAddr::V6((host << 64).into()), Target::Setup);
        }
        assert!(limits.by_address.len() <= 1 << 16);
    }

    #[rstest]
    #[case(1, "Too many tries. The next one counts in 1 second.")]
    #[case(30, "Too many tries. The next one counts in 30 seconds.")]
    fn it_says_when(#[case] wait: u64, #[case] sentence: &str) {
        assert_eq!(TooMany { wait }.sentence(), sentence);
    }
}
