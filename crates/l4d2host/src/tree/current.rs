//! Which tree is current: the links `installation` and `overlays/<id>`, read and swapped.

use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::{fsync, renameat, symlinkat};

use super::TreeError;
use crate::beneath::{open_dir, open_dir_beneath, remove_tree};
use crate::name::{BuildName, Layer, OverlayRef, TreeId};
use crate::root::Root;

/// The tree that is current for a build; none when it was never published.
///
/// # Errors
/// [`TreeError`] when the link points at anything but a tree of this build that is there.
pub fn current(root: &Root, build: &BuildName) -> Result<Option<TreeId>, TreeError> {
    let link = root.current_link(build);
    let target = match fs::read_link(&link) {
        Ok(target) => target,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) => return Ok(None),
        Err(error) => return Err(TreeError::io("reading", &link)(error)),
    };
    let tree = tree_of_target(build, &target)
        .ok_or_else(|| TreeError::ForeignLink { link: link.clone(), target: target.clone() })?;
    let path = root.tree(&tree);
    if path.is_dir() { Ok(Some(tree)) } else { Err(TreeError::Dangling { link, tree: path }) }
}

/// As [`current`], but a link whose tree is gone counts as none: that is what a new build mends.
///
/// # Errors
/// [`TreeError`] when the link points at anything but a tree of this build.
pub fn standing(root: &Root, build: &BuildName) -> Result<Option<TreeId>, TreeError> {
    match current(root, build) {
        Err(TreeError::Dangling { .. }) => Ok(None),
        other => other,
    }
}

/// The target of the link that names `tree`, relative to the link's own directory.
fn target_of(tree: &TreeId) -> PathBuf {
    match &tree.build {
        BuildName::Installation => tree.path().into(),
        BuildName::Overlay(_) => Path::new("..").join(tree.path()),
    }
}

fn tree_of_target(build: &BuildName, target: &Path) -> Option<TreeId> {
    let number = target.file_name()?.to_str()?.parse::<NonZeroU64>().ok()?;
    let tree = TreeId { build: build.clone(), number };
    (target_of(&tree) == target).then_some(tree)
}

/// The installation that is current.
///
/// # Errors
/// [`TreeError::NotInstalled`] when there is none, and as [`current`].
pub fn installation(root: &Root) -> Result<Layer, TreeError> {
    current(root, &BuildName::Installation)?.map(Layer::Tree).ok_or(TreeError::NotInstalled)
}

/// What a reference of a spec means now: the current tree of a published overlay, or a plain directory.
///
/// # Errors
/// [`TreeError::NoOverlay`] when there is neither, [`TreeError::NotADirectory`] for anything else.
pub fn resolve(root: &Root, reference: &OverlayRef) -> Result<Layer, TreeError> {
    if let Some(id) = reference.as_id()
        && let Some(tree) = current(root, &BuildName::Overlay(id))?
    {
        return Ok(Layer::Tree(tree));
    }
    let overlays = root.overlays();
    let dir = open_dir(&overlays).map_err(TreeError::io("opening", &overlays))?;
    match open_dir_beneath(dir.as_fd(), reference.as_str()) {
        Ok(_) => Ok(Layer::Plain(reference.clone())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(TreeError::NoOverlay { reference: reference.clone(), overlays })
        }
        Err(_) => Err(TreeError::NotADirectory { reference: reference.clone() }),
    }
}

/// The number that the next tree of a build gets: one more than the highest there is, so that none is used twice.
///
/// # Errors
/// [`TreeError::Io`] when the directory cannot be listed.
pub fn next_number(root: &Root, build: &BuildName) -> Result<NonZeroU64, TreeError> {
    let highest = numbers(root, build)?.into_iter().max().map_or(0, NonZeroU64::get);
    Ok(NonZeroU64::MIN.saturating_add(highest))
}

/// The numbers of all trees of a build that are on disk.
///
/// # Errors
/// [`TreeError::Io`] when the directory cannot be listed.
pub fn numbers(root: &Root, build: &BuildName) -> Result<Vec<NonZeroU64>, TreeError> {
    let dir = root.trees_of(build);
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(TreeError::io("listing", &dir)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(TreeError::io("listing", &dir))?;
        found.extend(entry.file_name().to_str().and_then(|name| name.parse::<NonZeroU64>().ok()));
    }
    Ok(found)
}

/// Makes `tree` the current one: one atomic rename of a link, synced.
///
/// # Errors
/// [`TreeError::PlainInTheWay`] when an admin's directory has the name, [`TreeError::Io`] otherwise.
pub fn swap(root: &Root, tree: &TreeId) -> Result<(), TreeError> {
    let link = root.current_link(&tree.build);
    if fs::symlink_metadata(&link).is_ok_and(|meta| meta.is_dir()) {
        return Err(TreeError::PlainInTheWay { path: link });
    }
    let parent = link.parent().unwrap_or(root.path()).to_owned();
    let dir = open_dir(&parent).map_err(TreeError::io("opening", &parent))?;
    let temporary = format!(".{}.new", tree.build);
    remove_tree(dir.as_fd(), &temporary).map_err(TreeError::io("removing", &link))?;
    symlinkat(target_of(tree), &dir, &temporary).map_err(TreeError::io("linking", &link))?;
    renameat(&dir, &temporary, &dir, tree.build.as_str()).map_err(TreeError::io("swapping", &link))?;
    fsync(&dir).map_err(TreeError::io("syncing", &parent))
}
