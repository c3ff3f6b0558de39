//! Removes `work/work`, which overlayfs leaves behind as root's with mode 000, so that nobody else can.
//!
//! The directory around it is not root's, so every step goes by a descriptor of the directory before, follows no
//! symbolic link and enters no mount.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, Mode, OFlags, ResolveFlags, fstat, openat2, unlinkat};
use rustix::io::Errno;
use std::ffi::CStr;

/// How deep it may be. The kernel leaves two levels when it is killed in the middle of an operation.
const DEPTH_MAX: usize = 32;

/// Removes the kernel's part of a stack's work directory, if there is one.
///
/// Anything else of that name, a link or a directory that is not root's with mode 000, is not the kernel's: its owner
/// can remove it without us.
pub(super) fn clear(target: &Target) -> Result<()> {
    let path = format!("{}/work", target.runtime());
    let work = match Disk::open()?.open_directory(&path) {
        Ok(work) => work,
        // Deleted, or never made: then there is nothing to remove either.
        Err(StackError::Data { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let removed = match open_directory(&work, c"work") {
        Ok(directory) => remove_if_the_kernels(&work, &directory),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(()),
        Err(errno) => Err(errno),
    };
    removed.map_err(StackError::system(format!("remove {path}/work")))
}

/// Whether the kernel's part of a stack's work directory is there; what cannot be opened is not.
pub(super) fn is_left(target: &Target) -> bool {
    let work = Disk::open().and_then(|disk| disk.open_directory(&format!("{}/work", target.runtime())));
    let directory = work.ok().and_then(|work| open_directory(&work, c"work").ok());
    directory.is_some_and(|directory| is_the_kernels(&directory) == Ok(true))
}

fn is_the_kernels(directory: &OwnedFd) -> std::result::Result<bool, Errno> {
    let stat = fstat(directory)?;
    let mode = stat.st_mode & 0o777;
    Ok(stat.st_uid == 0 && mode == 0)
}

fn remove_if_the_kernels(work: &OwnedFd, directory: &OwnedFd) -> std::result::Result<(), Errno> {
    if !is_the_kernels(directory)? {
        return Ok(());
    }
    empty(directory, DEPTH_MAX)?;
    unlinkat(work, c"work", AtFlags::REMOVEDIR)
}

/// Removes everything in a directory.
fn empty(directory: &OwnedFd, depth: usize) -> std::result::Result<(), Errno> {
    let depth = depth.checked_sub(1).ok_or(Errno::NAMETOOLONG)?;
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if [c".", c".."].contains(&name) {
            continue;
        }
        match open_directory(directory, name) {
            Ok(inner) => {
                empty(&inner, depth)?;
                unlinkat(directory, name, AtFlags::REMOVEDIR)?;
            }
            Err(Errno::NOTDIR | Errno::LOOP) => unlinkat(directory, name, AtFlags::empty())?,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn open_directory(parent: &OwnedFd, name: &CStr) -> std::result::Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    openat2(parent.as_fd(), name, flags, Mode::empty(), resolve)
}
