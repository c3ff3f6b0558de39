/// What of a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Some bytes: the first, and how many.
    Bytes(u64, u64),
    /// None: what was asked for is not in it.
    None,
}

/// What of a file of `size` bytes the header `Range` asks for (RFC 9110, section 14). Several ranges, and what is not understood, are answered
/// with the whole.
#[must_use]
pub fn part(header: Option<&str>, size: u64) -> Part {
    let one = header.filter(|text| !text.contains(','));
    let Some(range) = one.and_then(|text| http_range_header::parse_range_header(text).ok()) else { return Part::Whole };
    match range.validate(size).as_deref() {
        Ok([range]) => Part::Bytes(*range.start(), range.end() - range.start() + 1),
        Ok(_) => Part::Whole,
        Err(_) => Part::None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, Part::Whole)]
    #[case(Some("bytes=0-"), Part::Bytes(0, 10))]
    #[case(Some("bytes=3-5"), Part::Bytes(3, 3))]
    #[case(Some("bytes=3-99"), Part::Bytes(3, 7))]
    #[case(Some("bytes=-4"), Part::Bytes(6, 4))]
    #[case(Some("bytes=10-"), Part::None)]
    #[case(Some("bytes=0-1,3-4"), Part::Whole)]
    #[case(Some("lines=1-2"), Part::Whole)]
    #[case(Some("bytes=a-b"), Part::Whole)]
    #[case(Some("bytes=18446744073709551615-"), Part::None)]
    fn ranges(#[case] header: Option<&str>, #[case] expected: Part) {
        assert_eq!(part(header, 10), expected);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_in_the_file(header in "(bytes=)?[0-9,-]{0,24}|\\PC*", size in 0u64..50) {
            if let Part::Bytes(first, count) = part(Some(&header), size) {
                prop_assert!(count > 0 && first + count <= size);
            }
        }
    }
}
