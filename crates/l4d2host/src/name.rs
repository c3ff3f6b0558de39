//! Names that come from outside, parsed once at the edge: instances, builds, overlays, layers and ports.
//!
//! A parser is pure. What a name points at on disk is `root`'s and `tree`'s business.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// Longest name: `l4d2s-` and 25 characters make 31, the longest user name that systemd accepts.
pub const NAME_MAX: usize = 25;

/// The build name under which the game itself is installed; no instance or overlay may use it.
pub const INSTALLATION: &str = "installation";

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name breaks the rules for names.
    #[error(
        "{kind} name {name:?} is not valid: use 1 to 25 characters, a to z, 0 to 9, `-` and `_`, beginning with a letter or a digit"
    )]
    Invalid {
        /// What the name was for.
        kind: &'static str,
        /// What was given, shortened to 80 characters.
        name: String,
    },
    /// `installation` was used where it would clash with the game itself.
    #[error("{kind} name `installation` is taken by the game itself: choose another")]
    Reserved {
        /// What the name was for.
        kind: &'static str,
    },
    /// An overlay reference is not a relative path of valid names.
    #[error(
        "overlay reference {reference:?} is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
    )]
    Reference {
        /// What was given, shortened to 80 characters.
        reference: String,
    },
    /// A line of a pins file is not a layer.
    #[error(
        "layer {line:?} is not valid: expected trees/installation/<n>, trees/overlay/<name>/<n> or overlays/<reference>"
    )]
    Layer {
        /// What was given, shortened to 80 characters.
        line: String,
    },
}

/// Cuts what somebody gave us to a length that fits into a message.
fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

fn is_name(text: &str) -> bool {
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

/// What a build makes: the game itself, or one overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuildName {
    /// The installation of the game.
    Installation,
    /// An overlay.
    Overlay(OverlayId),
}

impl BuildName {
    /// Parses `installation` or an overlay's name.
    ///
    /// # Errors
    /// [`NameError::Invalid`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text == INSTALLATION {
            return Ok(Self::Installation);
        }
        OverlayId::parse(text).map(Self::Overlay)
    }

    /// The name as text, as it stands below `builds/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Installation => INSTALLATION,
            Self::Overlay(id) => id.as_str(),
        }
    }
}

impl fmt::Display for BuildName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
        Self(id.0.clone())
    }
}

impl fmt::Display for OverlayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One published tree: what it belongs to, and its number (from 1, never used twice while it exists).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId {
    /// What was built.
    pub build: BuildName,
    /// Its number.
    pub number: NonZeroU64,
}

impl TreeId {
    /// The path of the tree relative to the root.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", tree_directory(&self.build), self.number)
    }
}

/// The directory, relative to the root, in which the trees of a build stand.
#[must_use]
pub fn tree_directory(build: &BuildName) -> String {
    match build {
        BuildName::Installation => "trees/installation".to_owned(),
        BuildName::Overlay(id) => format!("trees/overlay/{id}"),
    }
}

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

/// Most lower layers that overlayfs takes (`OVL_MAX_STACK`, Linux 5.x to 6.18).
pub const LAYERS_MAX: usize = 500;

/// Parses a pins file: one layer a line, top first; every line ends with a newline.
///
/// # Errors
/// [`NameError::Layer`] for the first line that is not a layer, for a file without its last newline, and
/// for more than [`LAYERS_MAX`] lines.
pub fn parse_layers(text: &str) -> Result<Vec<Layer>, NameError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let body = text
        .strip_suffix('\n')
        .ok_or_else(|| NameError::Layer { line: shorten(text.lines().last().unwrap_or_default()) })?;
    let layers = body.split('\n').map(Layer::parse).collect::<Result<Vec<_>, _>>()?;
    if layers.len() > LAYERS_MAX {
        return Err(NameError::Layer { line: format!("number {} of at most {LAYERS_MAX}", layers.len()) });
    }
    Ok(layers)
}

/// Renders a pins file.
#[must_use]
pub fn render_layers(layers: &[Layer]) -> String {
    layers.iter().flat_map(|layer| [layer.path(), "\n".to_owned()]).collect()
}

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

    proptest! {
        #[test]
        fn a_parsed_name_is_one_harmless_path_component(text in "\\PC*") {
            if let Ok(name) = InstanceName::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(!text.contains(['/', '.', '\0', ':', ',']) && text.len() <= NAME_MAX);
            }
        }

        #[test]
        fn pins_that_parse_render_the_same(text in "((trees/(installation|overlay/[a-z]{1,3})/[0-9]{1,3}|overlays/[a-z/]{0,6})\n?){0,4}") {
            if let Ok(layers) = parse_layers(&text) {
                prop_assert_eq!(render_layers(&layers), text);
            }
        }
    }
}
