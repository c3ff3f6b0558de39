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
    let build = reference.as_id().map(BuildName::Overlay);
    let (layer, published_at, tally) = loop {
        let (layer, published_at) = resolve(root, reference, build.as_ref())?;
        let tally = count(root, &layer);
        // A collection that takes the tree meanwhile takes it out of what is counted: nobody waits for who only looks.
        if resolve(root, reference, build.as_ref())?.0 == layer {
            break (layer, published_at, tally?);
        }
    };
    let tree = if let Layer::Tree(tree) = &layer { Some(tree.path()) } else { None };
    let building = build.map(|build| Lock::is_building(root, &build)).transpose()?;
    Ok(OverlayStatus {
        reference: reference.to_string(),
        tree,
        published_at,
        files: tally.figures.files,
        bytes: tally.figures.bytes,
        building: building.unwrap_or(false),
    })
}

/// What a reference means now, and when its tree was published.
fn resolve(
    root: &Root,
    reference: &OverlayRef,
    build: Option<&BuildName>,
) -> Result<(Layer, Option<i64>), OverlayError> {
    let _trees = Lock::trees_shared(root)?;
    let layer = current::resolve(root, reference).map_err(|error| match error {
        TreeError::NoOverlay { reference, .. } => OverlayError::Missing(reference),
        other => other.into(),
    })?;
    let published_at = match (&layer, build) {
        (Layer::Tree(_), Some(build)) => changed(root, build)?,
        _ => None,
    };
    Ok((layer, published_at))
}

fn count(root: &Root, layer: &Layer) -> Result<Tally, OverlayError> {
    let top = open_dir(root.path()).map_err(OverlayError::io("opening", root.path()))?;
    let mut tally = Tally::default();
    let counted = open_dir_beneath(top.as_fd(), layer.path()).and_then(|dir| tally.add_tree(dir.as_fd()));
    counted.map_err(OverlayError::io("counting what is in", root.join(&layer.path())))?;
    Ok(tally)
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
