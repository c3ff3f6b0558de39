//! `overlay status`: what an overlay is now, and how much is in it.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use serde::Serialize;

use super::error::OverlayError;
use super::tally::Tally;
use crate::beneath::{open_dir, open_dir_beneath};
use crate::lock::Lock;
use crate::name::{BuildName, Layer, OverlayRef};
use crate::root::Root;
use crate::tree::{TreeError, current};

/// An overlay as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverlayStatus {
    /// Its reference.
    pub reference: String,
    /// The tree that is published; none for a plain directory.
    pub tree: Option<String>,
    /// When it was published, in seconds since 1970; none for a plain directory.
    pub published_at: Option<i64>,
    /// Regular files.
    pub files: u64,
    /// The sum of their lengths.
    pub bytes: u64,
    /// Whether a build of it is under way.
    pub building: bool,
}

/// Looks at an overlay.
///
/// # Errors
/// [`OverlayError::Missing`] when there is neither a published tree nor a directory.
pub fn status(root: &Root, reference: &OverlayRef) -> Result<OverlayStatus, OverlayError> {
    // Keeps a collection from the tree while it is counted.
    let _trees = Lock::trees_shared(root)?;
    let layer = current::resolve(root, reference).map_err(|error| match error {
        TreeError::NoOverlay { reference, .. } => OverlayError::Missing(reference),
        other => other.into(),
    })?;
    let top = open_dir(root.path()).map_err(OverlayError::io("opening", root.path()))?;
    let mut tally = Tally::default();
    let counted = open_dir_beneath(top.as_fd(), layer.path()).and_then(|dir| tally.add_tree(dir.as_fd()));
    counted.map_err(OverlayError::io("counting what is in", root.join(&layer.path())))?;
    let build = reference.as_id().map(BuildName::Overlay);
    let published = match (&layer, &build) {
        (Layer::Tree(tree), Some(build)) => Some((tree.path(), changed(root, build)?)),
        _ => None,
    };
    let building = build.map(|build| Lock::is_building(root, &build)).transpose()?;
    Ok(OverlayStatus {
        reference: reference.to_string(),
        tree: published.as_ref().map(|(tree, _)| tree.clone()),
        published_at: published.and_then(|(_, at)| at),
        files: tally.figures.files,
        bytes: tally.figures.bytes,
        building: building.unwrap_or(false),
    })
}

/// When the link was made; none when it is gone meanwhile.
fn changed(root: &Root, build: &BuildName) -> Result<Option<i64>, OverlayError> {
    let link = root.current_link(build);
    match fs::symlink_metadata(&link) {
        Ok(meta) => Ok(Some(meta.mtime())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OverlayError::io("reading", link)(error)),
    }
}
