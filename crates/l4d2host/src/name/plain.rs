//! Names of one component: those of servers and of overlays that are built.

use std::fmt;
use std::str::FromStr;

use super::error::shorten;
use super::{INSTALLATION, NameError};

/// Longest name: `l4d2s-` and 25 characters make 31, the longest user name that systemd accepts.
pub const NAME_MAX: usize = 25;

pub(super) fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let tail = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    match bytes {
        [first, rest @ ..] => {
            rest.len() < NAME_MAX && (first.is_ascii_lowercase() || first.is_ascii_digit()) && rest.iter().all(tail)
        }
        [] => false,
    }
}

fn parse_name(kind: &'static str, text: &str) -> Result<String, NameError> {
    if !is_name(text) {
        return Err(NameError::Invalid { kind, name: shorten(text) });
    }
    if text == INSTALLATION {
        return Err(NameError::Reserved { kind });
    }
    Ok(text.to_owned())
}

macro_rules! name_type {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// Parses a name.
            ///
            /// # Errors
            /// [`NameError`] when the text is not `[a-z0-9][a-z0-9_-]{0,24}` or is `installation`.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                parse_name($kind, text).map(Self)
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type!(
    /// The name of a server instance; also the instance part of its unit.
    InstanceName,
    "server"
);
name_type!(
    /// The name of an overlay that is built and published by us.
    OverlayId,
    "overlay"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("a", true)]
    #[case("0", true)]
    #[case("left-4_dead", true)]
    #[case("abcdefghijklmnopqrstuvwxy", true)]
    #[case("abcdefghijklmnopqrstuvwxyz", false)]
    #[case("", false)]
    #[case("-a", false)]
    #[case("_a", false)]
    #[case(".", false)]
    #[case("..", false)]
    #[case("a.b", false)]
    #[case("a/b", false)]
    #[case("A", false)]
    #[case("ä", false)]
    #[case("a\0", false)]
    #[case("a\n", false)]
    #[case("installation", false)]
    fn names(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(InstanceName::parse(text).is_ok(), valid);
    }

    proptest! {
        #[test]
        fn a_parsed_name_is_one_harmless_path_component(text in "\\PC*") {
            if let Ok(name) = InstanceName::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(!text.contains(['/', '.', '\0', ':', ',']) && text.len() <= NAME_MAX);
            }
        }
    }
}
