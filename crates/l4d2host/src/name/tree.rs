//! Published trees and where they stand.

use std::num::NonZeroU64;

use super::BuildName;

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
