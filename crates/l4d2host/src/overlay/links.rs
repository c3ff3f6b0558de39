//! The kind `links`: files of the cache under other names. No byte is copied.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, fstat, linkat};
use rustix::io::Errno;

use super::error::OverlayError;
use super::limits::Limits;
use super::plan::{SourcePath, TreePath};
use super::tally::Tally;
use crate::beneath::{make_dir, open_dir, open_file_beneath};
use crate::root::Root;
use crate::tree::settle::is_read_only;

/// Fills an empty upper layer.
pub(super) fn fill(
    root: &Root,
    upper: BorrowedFd<'_>,
    files: &BTreeMap<TreePath, SourcePath>,
    limits: &Limits,
) -> Result<(), OverlayError> {
    let top = open_dir(root.path()).map_err(OverlayError::io("opening", root.path()))?;
    let mut tally = Tally::default();
    for (path, source) in files {
        let refused =
            |reason: String| OverlayError::Source { source_path: source.to_string(), path: path.to_string(), reason };
        let file = open(top.as_fd(), source).map_err(refused)?;
        let stat = fstat(&file).map_err(OverlayError::io("reading", root.join(source.as_str())))?;
        if !is_read_only(&stat) {
            return Err(refused(
                "what is linked must be read-only (mode 0444), or a write to it would change what is published"
                    .to_owned(),
            ));
        }
        tally.add(&stat);
        limits.allow(&tally)?;
        let (parents, name) = path.split();
        let directory =
            directory(upper, parents).map_err(OverlayError::io("making the directories of", path.as_str()))?;
        link(&file, directory.as_ref().map_or(upper, AsFd::as_fd), name).map_err(|errno| match errno {
            Errno::XDEV => refused("it is on another file system than the overlays, and a link cannot lead there: keep all below the root directory on one".to_owned()),
            Errno::MLINK => refused("it has as many names as its file system allows".to_owned()),
            errno => OverlayError::io("linking", path.as_str())(errno),
        })?;
    }
    Ok(())
}

/// Opens a file below the root, or says why not.
fn open(top: BorrowedFd<'_>, source: &SourcePath) -> Result<File, String> {
    open_file_beneath(top, source.as_str()).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::NOENT) => "it does not exist".to_owned(),
        Some(Errno::LOOP) => "a symbolic link is in the way".to_owned(),
        Some(Errno::NOTDIR) => "it does not exist, and a file stands where its directory should be".to_owned(),
        None if error.kind() == io::ErrorKind::InvalidInput => "it is not a regular file".to_owned(),
        _ => error.to_string(),
    })
}

/// Makes the directories of a path; none when it has none.
fn directory<'p>(upper: BorrowedFd<'_>, parents: impl Iterator<Item = &'p str>) -> io::Result<Option<OwnedFd>> {
    let mut at: Option<OwnedFd> = None;
    for parent in parents {
        at = Some(make_dir(at.as_ref().map_or(upper, AsFd::as_fd), parent)?);
    }
    Ok(at)
}

/// Gives an open file one more name: the very file, whatever has its old name by now.
pub(super) fn link(file: &File, directory: BorrowedFd<'_>, name: impl rustix::path::Arg) -> Result<(), Errno> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    linkat(CWD, path, directory, name, AtFlags::SYMLINK_FOLLOW)
}
