//! When something is done that is done each day, by the clock of a zone. Pure.

use jiff::civil::Time;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

/// A time of the day somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daily {
    /// Minutes since midnight.
    pub minute: u16,
    /// The clock, by its IANA name.
    pub zone: Zone,
}

/// A zone with its IANA name, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone, String);

impl Zone {
    /// The zone of that name, whatever the machine knows: the tables are part of the panel.
    ///
    /// # Errors
    ///
    /// What would be taken, in a sentence.
    pub fn parse(name: &str) -> Result<Self, String> {
        let name = name.trim();
        let refused =
            || "That is no time zone. One such as Europe/Berlin, America/New_York or UTC is taken.".to_owned();
        let zone = TimeZone::get(name).map_err(|_| refused())?;
        // As the tables spell it.
        let name = zone.iana_name().ok_or_else(refused)?.to_owned();
        Ok(Self(zone, name))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.1
    }

    /// The names of all zones that there are.
    #[must_use]
    pub fn all() -> Vec<String> {
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect()
    }
}

/// A time of the day as a form sends it: `04:30`.
///
/// # Errors
///
/// What would be taken, in a sentence.
pub fn parse_time(text: &str) -> Result<u16, String> {
    let read = || {
        let (hours, minutes) = text.trim().split_once(':')?;
        let figures = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !figures(hours) || !figures(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    read().ok_or_else(|| "That is no time of the day. One from 00:00 to 23:59 is taken.".to_owned())
}

impl Daily {
    /// `04:30`.
    #[must_use]
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }

    /// The first time after `after` (Unix seconds). Where the clock is set forward over it, the moment when that is done; where it is set back
    /// and shows it twice, the first of the two alone.
    #[must_use]
    pub fn next_after(&self, after: i64) -> i64 {
        let Ok(now) = Timestamp::from_second(after) else { return i64::MAX };
        let today = now.to_zoned(self.zone.0.clone()).date();
        (-1..=3)
            .filter_map(|day: i64| {
                let date = today.checked_add(day.days()).ok()?;
                self.on(date)
            })
            .find(|at| *at > after)
            .unwrap_or(i64::MAX)
    }

    fn on(&self, date: jiff::civil::Date) -> Option<i64> {
        let (hour, minute) = (i8::try_from(self.minute / 60).ok()?, i8::try_from(self.minute % 60).ok()?);
        let ambiguous = self.zone.0.to_ambiguous_timestamp(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?));
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                // This much before the clock is set: what comes next is that.
                let before = ambiguous.earlier().ok()?;
                self.zone.0.following(before).next().map(|transition| transition.timestamp().as_second())
            }
            _ => ambiguous.earlier().ok().map(Timestamp::as_second),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn daily(time: &str, zone: &str) -> Daily {
        Daily { minute: parse_time(time).unwrap(), zone: Zone::parse(zone).unwrap() }
    }

    fn seconds(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[rstest]
    #[case("04:30", "UTC", "2026-11-28T04:29:59Z", "2026-11-28T04:30:00Z")]
    #[case("04:30", "UTC", "2026-11-28T04:30:00Z", "2026-11-29T04:30:00Z")]
    #[case("04:30", "Europe/Berlin", "2026-11-28T00:00:00Z", "2026-11-28T03:30:00Z")]
    // The clock goes from 02:00 to 03:00: 02:30 is not shown, and it is done when the clock is set.
    #[case("02:30", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    #[case("02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    #[case("02:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    #[case("03:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    // It goes from 03:00 back to 02:00: 02:30 is shown twice, and counts once.
    #[case("02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    #[case("02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    #[case("02:30", "Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-26T01:30:00Z")]
    // Half an hour, on an island.
    #[case("02:15", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z")]
    // A day that there was not at all.
    #[case("12:00", "Pacific/Apia", "2011-12-29T22:30:00Z", "2011-12-30T10:00:00Z")]
    fn the_next_time_is(#[case] time: &str, #[case] zone: &str, #[case] after: &str, #[case] expected: &str) {
        let next = Timestamp::from_second(daily(time, zone).next_after(seconds(after))).unwrap().to_string();
        assert_eq!(next, expected);
    }

    #[rstest]
    #[case("04:30", Ok(270))]
    #[case(" 4:05 ", Ok(245))]
    #[case("23:59", Ok(1439))]
    #[case("24:00", Err(()))]
    #[case("12:60", Err(()))]
    #[case("+4:30", Err(()))]
    #[case("04:30:00", Err(()))]
    #[case("noon", Err(()))]
    #[case("", Err(()))]
    fn times_are_read(#[case] text: &str, #[case] expected: Result<u16, ()>) {
        assert_eq!(parse_time(text).map_err(drop), expected);
    }

    #[test]
    fn zones_are_known_by_name_alone() {
        assert_eq!(Zone::parse(" europe/berlin ").unwrap().name(), "Europe/Berlin");
        for other in ["", "Europe", "+01:00", "../etc/passwd", "Middle-earth/Shire"] {
            assert!(Zone::parse(other).is_err(), "{other}");
        }
        assert!(Zone::all().len() > 400);
    }

    proptest! {
        /// Once a day by its clock, and in order.
        #[test]
        fn each_day_has_one(minute in 0u16..1440, zone in 0usize..400, from in 1_700_000_000i64..1_900_000_000) {
            let zone = Zone::parse(&Zone::all()[zone]).unwrap();
            let daily = Daily { minute, zone: zone.clone() };
            let first = daily.next_after(from);
            let second = daily.next_after(first);
            prop_assert!(first > from && first - from < 50 * 3600);
            let day = |at| Timestamp::from_second(at).unwrap().to_zoned(zone.0.clone()).date();
            prop_assert!(day(second) > day(first), "{first} {second}");
            prop_assert_eq!(daily.next_after(second - 1), second);
        }
    }
}
