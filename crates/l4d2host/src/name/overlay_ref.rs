//! References to overlays in specs.

use std::fmt;

use super::error::shorten;
use super::plain::is_name;
use super::{INSTALLATION, NameError, OverlayId};

/// A reference to an overlay as a spec gives it, relative to `overlays/`.
///
/// One component names a published overlay or a plain directory; more name a plain directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverlayRef(String);

impl OverlayRef {
    /// Parses a reference: valid names joined by single slashes, at most 16 of them.
    ///
    /// # Errors
    /// [`NameError::Reference`] for anything else (absolute, dotted, empty component, other characters).
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let valid = text.split('/').count() <= 16 && text.split('/').all(is_name) && text != INSTALLATION;
        if valid { Ok(Self(text.to_owned())) } else { Err(NameError::Reference { reference: shorten(text) }) }
    }

    /// The reference as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The overlay's name, when the reference has one component and so may be a published overlay.
    #[must_use]
    pub fn as_id(&self) -> Option<OverlayId> {
        OverlayId::parse(&self.0).ok()
    }

    /// Whether one of the two lies inside the other (or they are equal).
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let inside = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
        inside(&self.0, &other.0) || inside(&other.0, &self.0)
    }
}

impl From<&OverlayId> for OverlayRef {
    fn from(id: &OverlayId) -> Self {
        Self(id.as_str().to_owned())
    }
}

impl fmt::Display for OverlayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("standard", true)]
    #[case("competitive/base", true)]
    #[case("/etc", false)]
    #[case("a//b", false)]
    #[case("a/", false)]
    #[case("a/../b", false)]
    #[case("./a", false)]
    #[case("a:b", false)]
    #[case("a,b", false)]
    #[case("a b", false)]
    fn references(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(OverlayRef::parse(text).is_ok(), valid);
    }

    #[rstest]
    #[case("a", "a", true)]
    #[case("a", "a/b", true)]
    #[case("a/b", "a", true)]
    #[case("a", "ab", false)]
    #[case("a/b", "a/c", false)]
    fn overlap(#[case] one: &str, #[case] two: &str, #[case] expected: bool) {
        let parse = |text| OverlayRef::parse(text).unwrap();
        assert_eq!(parse(one).overlaps(&parse(two)), expected);
    }
}
