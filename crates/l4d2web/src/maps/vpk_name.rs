use std::fmt;

use crate::files::FileName;

/// The longest name, in bytes.
const LONGEST: usize = 120;

/// The name of a .vpk file that stands beside others in `left4dead2/addons`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VpkName(String);

impl VpkName {
    /// Parses one; the error is a clause that follows "the name".
    ///
    /// # Errors
    ///
    /// When no such file can have that name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("is longer than 120 bytes");
        }
        let ends = text.len() > 4
            && text.is_char_boundary(text.len() - 4)
            && text[text.len() - 4..].eq_ignore_ascii_case(".vpk");
        if !ends {
            return Err("does not end in .vpk");
        }
        if text.starts_with('.') || FileName::parse(text).is_err() {
            return Err("is none that a file in a game can have");
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the game compares it.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for VpkName {
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
    #[case("dead before dawn.vpk", true)]
    #[case("Ünï.VPK", true)]
    #[case(".vpk", false)]
    #[case(".hidden.vpk", false)]
    #[case("../a.vpk", false)]
    #[case("a\\b.vpk", false)]
    #[case("a\n.vpk", false)]
    #[case("a.zip", false)]
    #[case("ünï", false)]
    fn names(#[case] text: &str, #[case] taken: bool) {
        assert_eq!(VpkName::parse(text).is_ok(), taken);
    }

    proptest! {
        #[test]
        fn a_name_is_one_file(text in "\\PC{0,130}(\\.vpk)?") {
            if let Ok(name) = VpkName::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\', '\0']) && name.as_str().len() <= LONGEST);
            }
        }
    }
}
