/// The most characters of a name in a reference, and the most names; as in `l4d2host`.
const NAME_MAX: usize = 25;
const DEPTH_MAX: usize = 16;

/// Parses the reference of a plain directory: where it is below `overlays/`.
///
/// # Errors
///
/// A sentence that says what would be taken.
pub fn parse_reference(text: &str) -> Result<String, String> {
    let reference = text.trim();
    if reference == "installation" {
        return Err("“installation” is the game itself. Name another directory.".to_owned());
    }
    let depth = reference.split('/').count();
    if depth > DEPTH_MAX || !reference.split('/').all(is_name) {
        return Err(format!(
            "“{}” is not a directory that can be used. Take names of 1 to {NAME_MAX} characters (a to z, 0 to 9, - and _, the first a letter or a digit), with single slashes between them.",
            reference.chars().take(80).collect::<String>().escape_debug()
        ));
    }
    Ok(reference.to_owned())
}

/// Whether one of two references lies inside the other, or they are the same: no server can have both.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(one, other) || inside(other, one)
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let rest = |b: u8| plain(b) || matches!(b, b'-' | b'_');
    name.len() <= NAME_MAX && name.bytes().next().is_some_and(plain) && name.bytes().all(rest)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a", "a", true)]
    #[case("a/b", "a", true)]
    #[case("a", "a/b", true)]
    #[case("a", "ab", false)]
    #[case("a/b", "a/c", false)]
    fn overlaps(#[case] one: &str, #[case] other: &str, #[case] expected: bool) {
        assert_eq!(overlap(one, other), expected);
    }

    #[test]
    fn a_refusal_says_what_is_taken() {
        insta::assert_snapshot!(parse_reference("../etc").unwrap_err(), @"“../etc” is not a directory that can be used. Take names of 1 to 25 characters (a to z, 0 to 9, - and _, the first a letter or a digit), with single slashes between them.");
        insta::assert_snapshot!(parse_reference("installation").unwrap_err(), @"“installation” is the game itself. Name another directory.");
    }
}
