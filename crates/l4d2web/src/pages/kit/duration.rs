//! Durations in words.

/// `20 s`, `2 min 48 s`, `3 h 12 min`, `9 days`: at most two units, cut and not rounded. What is negative counts as nothing.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => two((minutes, "min"), (seconds % 60, "s")),
        (0, _, _) => two((hours, "h"), (minutes % 60, "min")),
        (1, _, _) => two((1, "day"), (hours % 24, "h")),
        (2..=6, _, _) => two((days, "days"), (hours % 24, "h")),
        _ => format!("{days} days"),
    }
}

fn two(large: (i64, &str), small: (i64, &str)) -> String {
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(-5, "0 s")]
    #[case(0, "0 s")]
    #[case(59, "59 s")]
    #[case(60, "1 min")]
    #[case(168, "2 min 48 s")]
    #[case(3600, "1 h")]
    #[case(11_520, "3 h 12 min")]
    #[case(86_400, "1 day")]
    #[case(90_061, "1 day 1 h")]
    #[case(172_800 + 7200, "2 days 2 h")]
    #[case(604_800 + 3600, "7 days")]
    #[case(86_400 * 400, "400 days")]
    fn a_duration_has_two_units_at_most(#[case] seconds: i64, #[case] words: &str) {
        assert_eq!(duration(seconds), words);
    }
}
