//! The layers of a stack.

use std::fmt;
use std::num::NonZeroU64;

use super::error::shorten;
use super::{BuildName, NameError, OverlayId, OverlayRef, TreeId};

/// One layer of a stack: a published tree, or a plain directory of an admin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A published, immutable tree.
    Tree(TreeId),
    /// A plain directory below `overlays/`.
    Plain(OverlayRef),
}

impl Layer {
    /// Parses one line of a pins file.
    ///
    /// # Errors
    /// [`NameError::Layer`] when it has none of the three forms.
    pub fn parse(line: &str) -> Result<Self, NameError> {
        let fail = || NameError::Layer { line: shorten(line) };
        let number = |text: &str| {
            let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
            if plain { text.parse::<NonZeroU64>().map_err(|_| fail()) } else { Err(fail()) }
        };
        if let Some(rest) = line.strip_prefix("trees/installation/") {
            return Ok(Self::Tree(TreeId { build: BuildName::Installation, number: number(rest)? }));
        }
        if let Some(rest) = line.strip_prefix("trees/overlay/") {
            let (id, n) = rest.split_once('/').ok_or_else(fail)?;
            let id = OverlayId::parse(id).map_err(|_| fail())?;
            return Ok(Self::Tree(TreeId { build: BuildName::Overlay(id), number: number(n)? }));
        }
        let rest = line.strip_prefix("overlays/").ok_or_else(fail)?;
        OverlayRef::parse(rest).map(Self::Plain).map_err(|_| fail())
    }

    /// The path of the layer relative to the root; the form that [`Layer::parse`] reads.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Tree(tree) => tree.path(),
            Self::Plain(reference) => format!("overlays/{reference}"),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("trees/installation/1")]
    #[case("trees/overlay/5/12")]
    #[case("overlays/competitive/base")]
    fn layers_round_trip(#[case] line: &str) {
        assert_eq!(Layer::parse(line).unwrap().path(), line);
    }

    #[rstest]
    #[case("trees/installation/0")]
    #[case("trees/installation/01")]
    #[case("trees/installation/+1")]
    #[case("trees/installation/1/")]
    #[case("trees/installation/99999999999999999999999")]
    #[case("trees/overlay/../1")]
    #[case("trees/overlay/installation/1")]
    #[case("trees/overlay/a/1/x")]
    #[case("overlays/")]
    #[case("overlays/a:b")]
    #[case("/etc")]
    #[case("")]
    fn layers_refused(#[case] line: &str) {
        assert!(Layer::parse(line).is_err());
    }
}
