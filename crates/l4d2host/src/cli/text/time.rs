//! Times for people.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Seconds since 1970.
pub(in crate::cli) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// A time as a date and a time of day in UTC, to the minute.
pub(in crate::cli) fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d %H:%MZ").to_string())
}

/// How long it is from one time to another, in one or two units; `0 s` when it is in the future.
pub(in crate::cli) fn ago(then: u64, now: u64) -> String {
    let seconds = now.saturating_sub(then);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0 s")]
    #[case(59, "59 s")]
    #[case(60, "1 min")]
    #[case(3_599, "59 min")]
    #[case(3_600, "1 h 0 min")]
    #[case(86_399, "23 h 59 min")]
    #[case(90_000, "1 d 1 h")]
    fn spans(#[case] seconds: u64, #[case] text: &str) {
        assert_eq!(ago(1_000, 1_000 + seconds), text);
        assert_eq!(ago(1_000, 0), "0 s");
    }

    #[rstest]
    #[case(0, "1970-01-01 00:00Z")]
    #[case(1_793_620_800, "2026-11-02 12:00Z")]
    #[case(-60, "1969-12-31 23:59Z")]
    #[case(i64::MAX, "?")]
    fn dates(#[case] seconds: i64, #[case] text: &str) {
        assert_eq!(date(seconds), text);
    }
}
