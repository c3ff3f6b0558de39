//! The content of one file.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write};
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{FileType, Mode, OFlags, chmod, fstat, openat};

use super::listing::Kind;
use super::stack::Stack;
use super::walk::{Found, Merged, Part};
use super::{FilePath, FilesError};
use crate::beneath::open_file_beneath;

/// Writes the file at `path` to `output`, from the layer that wins, without its first `from` bytes. The trees are let go of once it is open.
/// A reader who goes away ends it quietly.
///
/// # Errors
/// [`FilesError`] when there is no regular file, or reading or writing fails.
pub fn cat(stack: Stack, path: &FilePath, from: u64, output: &mut impl Write) -> Result<(), FilesError> {
    let mut file = open(&stack, path)?;
    stack.release();
    if from > 0 {
        file.seek(SeekFrom::Start(from)).map_err(FilesError::io("reading", path))?;
    }
    match io::copy(&mut file, output).and_then(|_| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(FilesError::io("copying", path)),
    }
}

fn open(stack: &Stack, path: &FilePath) -> Result<File, FilesError> {
    let top = || FilesError::NotAFile { path: path.clone(), kind: Kind::Directory };
    let (parent, name) = path.split().ok_or_else(top)?;
    let merged = Merged::at(stack, &parent)?;
    match merged.look_up(name).map_err(FilesError::io("reading", path))? {
        None => Err(FilesError::NotFound { path: path.clone(), of: stack.of.clone() }),
        Some(Found::Directory(_)) => Err(top()),
        Some(Found::Other(part, Kind::Symlink)) => Err(merged.link(part, name, path.clone())),
        Some(Found::Other(part, Kind::File)) => {
            open_file(&merged.parts[part], name).map_err(FilesError::io("opening", path))
        }
        Some(Found::Other(_, kind)) => Err(FilesError::NotAFile { path: path.clone(), kind }),
    }
}

/// Opens a regular file; in a server's own layer one that its owner may not read is made readable first.
fn open_file(part: &Part<'_>, name: &CStr) -> io::Result<File> {
    match open_file_beneath(part.dir(), name) {
        Err(error) if part.layer.own && error.kind() == io::ErrorKind::PermissionDenied => {
            unlock(part.dir(), name)?;
            open_file_beneath(part.dir(), name)
        }
        other => other,
    }
}

/// Adds `u+r` to a regular file.
fn unlock(dir: BorrowedFd<'_>, name: &CStr) -> io::Result<()> {
    let handle = openat(dir, name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    let mode = fstat(&handle)?.st_mode;
    if !FileType::from_raw_mode(mode).is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "changed while it was read"));
    }
    // By descriptor: fchmod(2) does not take one that was opened with O_PATH.
    Ok(chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), Mode::from_raw_mode((mode & 0o7777) | 0o400))?)
}
