//! `overlay delete`: the link goes at once; the trees go with a collection, when nothing needs them.

use std::fs;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, fsync, unlinkat};
use rustix::io::Errno;

use super::error::OverlayError;
use super::unit;
use super::verb::refuse_plain;
use crate::beneath::{open_dir, remove_tree};
use crate::name::{BuildName, OverlayId};
use crate::report::step;
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::current::standing;
use crate::tree::gc;
use crate::tree::publish::Build;

/// Deletes an overlay. Servers that run on it go on; one that does not exist is no error.
///
/// # Errors
/// [`OverlayError`]; [`crate::tree::TreeError::Busy`] while it is being built.
pub fn delete(root: &Root, systemd: &impl Systemd, id: &OverlayId) -> Result<(), OverlayError> {
    let name = BuildName::Overlay(id.clone());
    refuse_plain(root, &name)?;
    let (link, dir) = (root.current_link(&name), root.build(&name));
    if fs::symlink_metadata(&link).is_err() && !dir.exists() && !root.trees_of(&name).exists() {
        return Ok(());
    }
    let build = Build::lock_patiently(root, &name, || Ok::<_, OverlayError>(false))?;
    if unit::stop_leftover(root, systemd, id)? {
        step("stopped the build of an l4d2ctl that was killed");
    }
    // A link that is not ours is refused.
    standing(root, &name)?;
    step("removing");
    let overlays = open_dir(&root.overlays()).map_err(OverlayError::io("opening", root.overlays()))?;
    match unlinkat(&overlays, id.as_str(), AtFlags::empty()) {
        Ok(()) => fsync(&overlays).map_err(OverlayError::io("syncing", root.overlays()))?,
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(OverlayError::io("removing", link)(errno)),
    }
    let builds = open_dir(&root.builds()).map_err(OverlayError::io("opening", root.builds()))?;
    let removed: io::Result<u64> = remove_tree(builds.as_fd(), id.as_str());
    removed.map_err(OverlayError::io("removing", dir))?;
    drop(build);
    gc::attempt(root, systemd);
    Ok(())
}
