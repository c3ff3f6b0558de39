//! The directories below `/run/left4me`: root's own, so what stands there can be trusted.

use super::error::{Result, StackError};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, fstat, mkdirat, openat};
use rustix::io::Errno;

/// The directory of everything that lives until the next boot.
pub(super) const RUN: &str = "/run/left4me";

/// Opens a directory of ours below [`RUN`], and makes it (and [`RUN`]) when it is missing.
///
/// # Errors
/// When it cannot be made, or when it is there and gives more than its mode to somebody but root.
pub(super) fn directory(name: &str, mode: Mode) -> Result<OwnedFd> {
    let run = make(CWD, RUN, RUN, Mode::from_raw_mode(0o755))?;
    make(&run, name, &format!("{RUN}/{name}"), mode)
}

fn make(parent: impl AsFd, name: &str, shown: &str, mode: Mode) -> Result<OwnedFd> {
    match mkdirat(parent.as_fd(), name, mode) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(StackError::System { action: format!("make {shown}"), errno }),
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(parent, name, flags, Mode::empty()).map_err(StackError::system(format!("open {shown}")))?;
    let stat = fstat(&directory).map_err(StackError::system(format!("look at {shown}")))?;
    if stat.st_uid != 0 || stat.st_mode & 0o777 & !mode.as_raw_mode() != 0 {
        let reason = format!("it must belong to root and have mode {:o} or less", mode.as_raw_mode());
        return Err(StackError::data(shown, reason));
    }
    Ok(directory)
}
