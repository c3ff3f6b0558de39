//! `build.yaml`: what an overlay is made of, fully resolved, without any identity in it. It is to an overlay what a spec is
//! to a server.

use std::collections::BTreeMap;
use std::fmt;

use super::limits::{BYTES_MAX, FILES_MAX};
use crate::beneath::DEPTH_MAX;

/// Longest build file, in bytes: a script of 1 MiB fits however it is indented, and so do 20,000 links.
pub const BUILD_FILE_MAX: u64 = 4 * 1024 * 1024;

/// Longest script, in bytes; the mount helper takes no longer one.
pub(super) const SCRIPT_MAX: usize = 1024 * 1024;

/// The directories below the root from which files are linked.
pub(super) const SOURCES: [&str; 2] = ["workshop_cache", "map_cache"];

/// What an overlay is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// From what, and how.
    pub kind: Kind,
    /// How much may be in it, in bytes.
    pub max_bytes: u64,
    /// How many files and directories.
    pub max_files: u64,
}

impl Plan {
    /// A plan that may have as much in it as any.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, max_bytes: BYTES_MAX, max_files: FILES_MAX }
    }
}

/// The ways to build an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Files of the cache by other names.
    Links(BTreeMap<TreePath, SourcePath>),
    /// What is in `files/<id>/` now.
    Snapshot,
    /// What a script leaves.
    Script {
        /// Its text, for bash.
        text: String,
        /// Whether it begins with nothing, and not with what is published.
        reset: bool,
    },
}

/// A path in a tree, such as `left4dead2/addons/1.vpk`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreePath(String);

impl TreePath {
    /// Parses a path.
    ///
    /// # Errors
    /// A sentence, when it is not one or more names joined by single slashes.
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text).map_err(|reason| format!("path {:?} {reason}", shorten(text)))?;
        Ok(Self(text.to_owned()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The directories on the way, and the last name.
    pub fn split(&self) -> (impl Iterator<Item = &str>, &str) {
        let (parents, name) = self.0.rsplit_once('/').unwrap_or(("", &self.0));
        (parents.split('/').filter(|parent| !parent.is_empty()), name)
    }

    /// The paths of the directories that it is in.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path below the root, of a file that may be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePath(String);

impl SourcePath {
    /// Parses a path.
    ///
    /// # Errors
    /// A sentence, when it does not lead below one of [`SOURCES`].
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text).map_err(|reason| format!("source {:?} {reason}", shorten(text)))?;
        let below = text.split_once('/').is_some_and(|(first, _)| SOURCES.contains(&first));
        if below {
            return Ok(Self(text.to_owned()));
        }
        let places = SOURCES.map(|place| format!("{place}/"));
        Err(format!("source {:?} is not below {}", shorten(text), places.join(" or ")))
    }

    /// The path as text, relative to the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Says what is wrong with a relative path.
fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > 4000 {
        return Err("is longer than 4,000 bytes");
    }
    if text.chars().any(char::is_control) {
        return Err("has a control character in it");
    }
    if text.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Err("is not valid: use names joined by single slashes, relative, without `.` and `..`");
    }
    if text.split('/').any(|name| name.len() > 255) {
        return Err("has a name of more than 255 bytes");
    }
    if text.split('/').count() > DEPTH_MAX { Err("is deeper than 128 directories") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("a", true)]
    #[case("left4dead2/addons/Größe (1).vpk", true)]
    #[case("...", true)]
    #[case(".hidden/x", true)]
    #[case("", false)]
    #[case("/a", false)]
    #[case("a/", false)]
    #[case("a//b", false)]
    #[case("./a", false)]
    #[case("a/..", false)]
    #[case("../a", false)]
    #[case("a\nb", false)]
    #[case("a\0", false)]
    #[case("a\u{85}", false)]
    fn paths(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(TreePath::parse(text).is_ok(), valid);
    }

    #[rstest]
    #[case("workshop_cache/1.vpk", true)]
    #[case("map_cache/l4d2center/x.vpk", true)]
    #[case("workshop_cache", false)]
    #[case("workshop_cache/../left4me.db", false)]
    #[case("workshop_cache_2/x", false)]
    #[case("left4me.db", false)]
    #[case("/var/lib/left4me/workshop_cache/1.vpk", false)]
    fn sources(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(SourcePath::parse(text).is_ok(), valid);
    }

    #[test]
    fn a_path_is_taken_apart() {
        let path = TreePath::parse("a/b/c").unwrap();
        let (parents, name) = path.split();
        assert_eq!((parents.collect::<Vec<_>>(), name), (vec!["a", "b"], "c"));
        assert_eq!(path.ancestors().collect::<Vec<_>>(), ["a", "a/b"]);
        let path = TreePath::parse("c").unwrap();
        assert_eq!((path.split().0.count(), path.split().1, path.ancestors().count()), (0, "c", 0));
        let (long, deep) = ("x".repeat(256), "x/".repeat(128) + "x");
        assert!(
            TreePath::parse(&long).is_err() && TreePath::parse(&deep).is_err() && TreePath::parse(&long[1..]).is_ok()
        );
    }

    proptest! {
        #[test]
        fn no_path_leads_out(text in "[a./]{0,12}|\\PC*") {
            if let Ok(path) = TreePath::parse(&text) {
                prop_assert!(!path.as_str().starts_with('/') && path.as_str().split('/').all(|name| name != ".."));
            }
        }
    }
}
