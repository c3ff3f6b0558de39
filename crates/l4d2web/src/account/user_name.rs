use std::fmt;

/// The most characters of a name.
const LONGEST: usize = 32;

/// What somebody is called: 1 to 32 of a to z, 0 to 9, `-` and `_`, the first a letter or a digit.
///
/// So little is taken that a name reads the same everywhere (a command line, a log, a page), and that no two look alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A name has small letters, digits, “-” and “_”, begins with a letter or digit, and has 1 to {LONGEST} of them. “mara_b” would do."
)]
pub struct UserNameError;

impl UserName {
    /// Reads a name.
    ///
    /// # Errors
    ///
    /// When the text has other characters, none, or too many.
    pub fn parse(text: &str) -> Result<Self, UserNameError> {
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let all = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if first && all && text.len() <= LONGEST { Ok(Self(text.to_owned())) } else { Err(UserNameError) }
    }

    /// The name that was meant by what was typed at a login: without the white space around it, and in small letters.
    ///
    /// # Errors
    ///
    /// When that is no name.
    pub fn meant_by(typed: &str) -> Result<Self, UserNameError> {
        Self::parse(&typed.trim().to_ascii_lowercase())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        Self::parse(text)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("zoey")]
    #[case("z")]
    #[case("7")]
    #[case("mara_b")]
    #[case("coach-2")]
    #[case("the_person_with_the_longest_name")]
    fn a_name(#[case] text: &str) {
        assert_eq!(UserName::parse(text).unwrap().as_str(), text);
    }

    #[rstest]
    #[case::empty("")]
    #[case::long("the_person_with_the_longest_names")]
    #[case::capital("Zoey")]
    #[case::space("zoey b")]
    #[case::around(" zoey")]
    #[case::option("--admin")]
    #[case::underscore("_zoey")]
    #[case::umlaut("zoë")]
    #[case::looks_alike("zоey")]
    #[case::markup("<b>zoey</b>")]
    #[case::line("zoey\n")]
    #[case::nul("zoey\0")]
    #[case::override_("zoey\u{202e}")]
    #[case::path("../zoey")]
    fn no_name(#[case] text: &str) {
        assert_eq!(UserName::parse(text), Err(UserNameError));
    }

    #[rstest]
    #[case(" Zoey ", Some("zoey"))]
    #[case("ZOEY", Some("zoey"))]
    #[case("Zoe y", None)]
    #[case("", None)]
    fn what_was_meant(#[case] typed: &str, #[case] name: Option<&str>) {
        assert_eq!(UserName::meant_by(typed).ok().as_ref().map(UserName::as_str), name);
    }

    proptest! {
        #[test]
        fn a_name_is_taken_as_it_is_or_not_at_all(text in "\\PC{0,40}|[a-zA-Z0-9_-]{0,40}") {
            if let Ok(name) = UserName::parse(&text) {
                prop_assert_eq!(name.as_str(), text.as_str());
                prop_assert_eq!(UserName::meant_by(&text), Ok(name));
                prop_assert!((1..=32).contains(&text.len()));
            }
        }
    }
}
