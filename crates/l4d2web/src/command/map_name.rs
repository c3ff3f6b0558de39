use std::fmt;

/// The name of a map, as the console takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MapName(String);

/// A text that names no map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a map is named by letters, figures, “_”, “-”, “.” and “/”, at most 64 of them")]
pub struct MapNameError;

impl MapName {
    /// Reads a name, in whatever case; the ending `.bsp` may stand there.
    ///
    /// # Errors
    ///
    /// When it holds anything that could be more than a name.
    pub fn parse(text: &str) -> Result<Self, MapNameError> {
        let text = text.trim().to_ascii_lowercase();
        let name = text.strip_suffix(".bsp").unwrap_or(&text);
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'));
        if !plain || !(1..=64).contains(&name.len()) || name.contains("..") || name.starts_with(['/', '-', '.']) {
            return Err(MapNameError);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MapName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(" C2M1_Highway ", Some("c2m1_highway"))]
    #[case("l4d2_stadium1_apartment.bsp", Some("l4d2_stadium1_apartment"))]
    #[case("workshop/a-b.c", Some("workshop/a-b.c"))]
    #[case("", None)]
    #[case("a b", None)]
    #[case("a;quit", None)]
    #[case("a\"", None)]
    #[case("../a", None)]
    #[case("-a", None)]
    #[case("a\0", None)]
    fn a_name_is_only_a_name(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(MapName::parse(text).ok().as_ref().map(MapName::as_str), expected);
    }

    #[test]
    fn a_name_is_short() {
        assert!(MapName::parse(&"a".repeat(64)).is_ok() && MapName::parse(&"a".repeat(65)).is_err());
    }
}
