//! Whose files a plain directory holds: the owner of the root's, or root's; a third owner's cannot be copied up or deleted
//! in a server (`EOVERFLOW`), since the mount maps only those two.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Stat, fstat, statat};

use super::InstanceError;
use crate::beneath::{DEPTH_MAX, entries, open_dir, open_dir_beneath};
use crate::name::OverlayRef;
use crate::root::Root;

/// What is odd about the owners in a plain directory.
#[derive(Debug)]
pub struct Ownership {
    /// The first file of a third owner, as the error that names it.
    pub foreign: Option<InstanceError>,
    /// The first directory of root's. What a server writes below it brings a copy of it into the upper layer, which only
    /// root can empty again.
    pub roots_directory: Option<PathBuf>,
}

/// Looks at the owners of all files of a plain directory, up to the first of a third owner.
///
/// # Errors
/// [`InstanceError::Io`] when the directory cannot be read.
pub fn survey(root: &Root, reference: &OverlayRef) -> Result<Ownership, InstanceError> {
    let overlays = root.overlays();
    let path = root.overlay(reference);
    let reading = |source| InstanceError::Io { action: "reading", path: path.clone(), source };
    let dir = open_dir(&overlays).and_then(|dir| open_dir_beneath(dir.as_fd(), reference.as_str())).map_err(reading)?;
    let stat = fstat(&dir).map_err(InstanceError::io("reading", &path))?;
    let mut walk = Walk { reference, owner: root.owner(), roots_directory: None };
    let foreign = match walk.judge(&path, &stat) {
        Some(found) => Some(found),
        None => walk.below(dir.as_fd(), &path, 0)?,
    };
    Ok(Ownership { foreign, roots_directory: walk.roots_directory })
}

struct Walk<'a> {
    reference: &'a OverlayRef,
    owner: (u32, u32),
    roots_directory: Option<PathBuf>,
}

impl Walk<'_> {
    fn judge(&mut self, path: &Path, stat: &Stat) -> Option<InstanceError> {
        let (uid, gid) = (stat.st_uid, stat.st_gid);
        if uid == 0 && self.roots_directory.is_none() && FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            self.roots_directory = Some(path.to_owned());
        }
        let known = |(u, g): (u32, u32)| (uid == u || uid == 0) && (gid == g || gid == 0);
        (!known(self.owner)).then(|| InstanceError::Foreign {
            reference: self.reference.clone(),
            path: path.to_owned(),
            uid,
            gid,
        })
    }

    fn below(
        &mut self,
        dir: BorrowedFd<'_>,
        path: &Path,
        depth: usize,
    ) -> Result<Option<InstanceError>, InstanceError> {
        let mut list = entries(dir).map_err(InstanceError::io("listing", path))?;
        list.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in list {
            let below: PathBuf = path.join(OsStr::from_bytes(entry.name.to_bytes()));
            let stat =
                statat(dir, &entry.name, AtFlags::SYMLINK_NOFOLLOW).map_err(InstanceError::io("reading", &below))?;
            if let Some(found) = self.judge(&below, &stat) {
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
