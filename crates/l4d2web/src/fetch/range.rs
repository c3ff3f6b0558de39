//! Which part of a file an answer holds. Pure.

/// What `Content-Range` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// The place of the first byte.
    pub(super) first: u64,
    /// How long the whole file is; none when the server does not say.
    pub(super) total: Option<u64>,
}

impl ContentRange {
    /// Reads `bytes 5-9/10` or `bytes 5-9/*`: a part that goes to the end of the file, as it was asked for.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.trim().split_once(' ')?;
        let (part, total) = rest.trim().split_once('/')?;
        let (first, last) = part.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let total = if total == "*" { None } else { Some(number(total)?) };
        let to_the_end = total.is_none_or(|total| last.checked_add(1) == Some(total));
        (unit.eq_ignore_ascii_case("bytes") && first <= last && to_the_end).then_some(Self { first, total })
    }
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("bytes 5-9/10", Some((5, Some(10))))]
    #[case("Bytes 0-0/1", Some((0, Some(1))))]
    #[case("bytes 5-9/*", Some((5, None)))]
    #[case("bytes 5-8/10", None)]
    #[case("bytes 5-9/9", None)]
    #[case("bytes 9-5/10", None)]
    #[case("bytes */10", None)]
    #[case("items 5-9/10", None)]
    #[case("bytes 5-18446744073709551615/18446744073709551615", None)]
    #[case("bytes +5-9/10", None)]
    #[case("bytes", None)]
    fn parts_are_read(#[case] text: &str, #[case] expected: Option<(u64, Option<u64>)>) {
        assert_eq!(ContentRange::parse(text).map(|range| (range.first, range.total)), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            ContentRange::parse(&text);
        }
    }
}
