//! Points in time as text. A browser with scripts puts them into the reader's zone (`assets/times.js`); what is written here is
//! what stands there without.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::duration;

/// Unix seconds, however deep a template borrowed them.
pub trait Seconds {
    /// The seconds.
    fn seconds(&self) -> i64;
}

impl Seconds for i64 {
    fn seconds(&self) -> i64 {
        *self
    }
}

impl<S: Seconds + ?Sized> Seconds for &S {
    fn seconds(&self) -> i64 {
        (**self).seconds()
    }
}

/// `2026-11-21T18:42:00Z`, for `<time datetime>`.
#[must_use]
pub fn iso(seconds: impl Seconds) -> String {
    at(seconds.seconds()).to_string()
}

/// `18:42 UTC on 21 Nov`.
#[must_use]
pub fn utc(seconds: impl Seconds) -> String {
    at(seconds.seconds()).to_zoned(TimeZone::UTC).strftime("%H:%M UTC on %-d %b").to_string()
}

/// How long `since` was before `now`, in words.
#[must_use]
pub fn since(since: impl Seconds, now: impl Seconds) -> String {
    duration(now.seconds().saturating_sub(since.seconds()))
}

/// What no clock shows becomes the start of the epoch.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_machines_and_for_people() {
        assert_eq!(iso(1_795_286_520), "2026-11-21T18:42:00Z");
        assert_eq!(utc(1_795_286_520), "18:42 UTC on 21 Nov");
        let borrowed = &&1_795_286_520_i64;
        assert_eq!(utc(borrowed), "18:42 UTC on 21 Nov");
        assert_eq!(since(100, 268), "2 min 48 s");
        assert_eq!(iso(i64::MAX), "1970-01-01T00:00:00Z");
    }
}
