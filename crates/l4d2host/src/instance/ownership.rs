//! Whose files a plain directory holds: the owner of the root's, or root's; a third owner's cannot be copied up or deleted
//! in a server (`EOVERFLOW`), since the mount maps only those two.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, fstat, statat};

use super::InstanceError;
use crate::beneath::{DEPTH_MAX, entries, open_dir, open_dir_beneath};
use crate::name::OverlayRef;
use crate::root::Root;

/// The first file of a plain directory that belongs to neither, as the error that names it.
///
/// # Errors
/// [`InstanceError::Io`] when the directory cannot be read.
pub fn first_foreign(root: &Root, reference: &OverlayRef) -> Result<Option<InstanceError>, InstanceError> {
    let overlays = root.overlays();
    let path = root.overlay(reference);
    let reading = |source| InstanceError::Io { action: "reading", path: path.clone(), source };
    let dir = open_dir(&overlays).and_then(|dir| open_dir_beneath(dir.as_fd(), reference.as_str())).map_err(reading)?;
    let stat = fstat(&dir).map_err(InstanceError::io("reading", &path))?;
    let walk = Walk { reference, owner: root.owner() };
    match walk.judge(&path, stat.st_uid, stat.st_gid) {
        Some(found) => Ok(Some(found)),
        None => walk.below(dir.as_fd(), &path, 0),
    }
}

struct Walk<'a> {
    reference: &'a OverlayRef,
    owner: (u32, u32),
}

impl Walk<'_> {
    fn judge(&self, path: &Path, uid: u32, gid: u32) -> Option<InstanceError> {
        let known = |(u, g): (u32, u32)| (uid == u || uid == 0) && (gid == g || gid == 0);
        (!known(self.owner)).then(|| InstanceError::Foreign {
            reference: self.reference.clone(),
            path: path.to_owned(),
            uid,
            gid,
        })
    }

    fn below(&self, dir: BorrowedFd<'_>, path: &Path, depth: usize) -> Result<Option<InstanceError>, InstanceError> {
        let mut list = entries(dir).map_err(InstanceError::io("listing", path))?;
        list.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in list {
            let below: PathBuf = path.join(OsStr::from_bytes(entry.name.to_bytes()));
            let stat =
                statat(dir, &entry.name, AtFlags::SYMLINK_NOFOLLOW).map_err(InstanceError::io("reading", &below))?;
            if let Some(found) = self.judge(&below, stat.st_uid, stat.st_gid) {
                return Ok(Some(found));
            }
            if entry.kind == FileType::Directory && depth < DEPTH_MAX {
                let sub = open_dir_beneath(dir, entry.name.as_c_str()).map_err(InstanceError::io("opening", &below))?;
                if let Some(found) = self.below(sub.as_fd(), &below, depth + 1)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }
}
