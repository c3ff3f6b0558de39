//! Removes `work/work`, which overlayfs leaves behind as root's with mode 000, so that nobody else can.
//!
//! The directory around it is not root's, so every step goes by a descriptor of the directory before, follows no
//! symbolic link and enters no mount.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, Mode, OFlags, ResolveFlags, openat2, unlinkat};
use rustix::io::Errno;
use std::ffi::CStr;

/// How deep it may be. The kernel leaves two levels when it is killed in the middle of an operation.
const DEPTH_MAX: usize = 32;

/// Removes the kernel's part of a stack's work directory, if there is one.
pub(super) fn clear(target: &Target) -> Result<()> {
    let path = format!("{}/work", target.runtime());
    let work = match Disk::open()?.open_directory(&path) {
        Ok(work) => work,
        // Deleted, or never made: then there is nothing to remove either.
        Err(StackError::Data { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    remove(&work, c"work", DEPTH_MAX).map_err(StackError::system(format!("remove {path}/work")))
}

fn remove(parent: &OwnedFd, name: &CStr, depth: usize) -> std::result::Result<(), Errno> {
    let directory = match open_directory(parent, name) {
        Ok(directory) => directory,
        Err(Errno::NOENT) => return Ok(()),
        Err(Errno::NOTDIR | Errno::LOOP) => return unlinkat(parent, name, AtFlags::empty()),
        Err(errno) => return Err(errno),
    };
    let depth = depth.checked_sub(1).ok_or(Errno::NAMETOOLONG)?;
    for entry in Dir::read_from(&directory)? {
        let entry = entry?;
        if ![c".", c".."].contains(&entry.file_name()) {
            remove(&directory, entry.file_name(), depth)?;
        }
    }
    unlinkat(parent, name, AtFlags::REMOVEDIR)
}

fn open_directory(parent: &OwnedFd, name: &CStr) -> std::result::Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    openat2(parent.as_fd(), name, flags, Mode::empty(), resolve)
}
