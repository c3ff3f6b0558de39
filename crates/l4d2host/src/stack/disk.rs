//! The root directory as root sees it: opened once, and everything in it only beneath it.
//!
//! It belongs to an unprivileged user who may swap anything in it at any time, so no path is resolved twice:
//! what was opened here is used by its descriptor.

use super::error::{Result, StackError};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat, openat2};
use rustix::io::Errno;
use std::fs::File;
use std::io::Read;

/// The root directory. Compiled in: nothing from outside can make a root program work elsewhere.
const ROOT: &str = "/var/lib/left4me";

/// No way out of the root directory: not by `..`, an absolute path, a symbolic link or `/proc/*/fd`.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS).union(ResolveFlags::NO_SYMLINKS);

/// The open root directory, and whose it is.
pub(super) struct Disk {
    root: OwnedFd,
    /// Its owner, to whom all in it belongs.
    pub(super) uid: u32,
    /// Its group.
    pub(super) gid: u32,
}

impl Disk {
    /// Opens the root directory as the current mount namespace shows it.
    ///
    /// # Errors
    /// When it is missing, not a directory, or root's: then left4me is not installed.
    pub(super) fn open() -> Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let root = openat(CWD, ROOT, flags, Mode::empty()).map_err(StackError::system(format!("open {ROOT}")))?;
        let stat = fstat(&root).map_err(StackError::system(format!("look at {ROOT}")))?;
        if stat.st_uid == 0 || stat.st_gid == 0 {
            return Err(StackError::data(ROOT, "it must belong to the user and the group left4me, not to root"));
        }
        Ok(Self { root, uid: stat.st_uid, gid: stat.st_gid })
    }

    /// Opens a directory beneath the root, as a place and not for reading.
    ///
    /// # Errors
    /// [`StackError::Data`] when it is missing, not a directory, or reached through a symbolic link.
    pub(super) fn open_directory(&self, path: &str) -> Result<OwnedFd> {
        self.open_beneath(path, OFlags::PATH | OFlags::DIRECTORY).map_err(|errno| refuse(path, errno, "a directory"))
    }

    /// Reads a short file beneath the root; never waits for the other end of a fifo.
    ///
    /// # Errors
    /// [`StackError::Data`] when it is missing, reached through a symbolic link, not a regular file, somebody else's, or
    /// longer than `max` bytes.
    pub(super) fn read(&self, path: &str, max: u64) -> Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.open_beneath(path, flags).map_err(|errno| refuse(path, errno, "a regular file"))?;
        let stat = fstat(&file).map_err(StackError::system(format!("look at {path}")))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(StackError::data(path, "it must be a regular file"));
        }
        // What is wrong with a file is quoted in the message, so a file of somebody else (a hard link) is not even read.
        if stat.st_uid != self.uid {
            return Err(StackError::data(path, "it must belong to the owner of the root directory"));
        }
        let mut bytes = Vec::new();
        File::from(file).take(max + 1).read_to_end(&mut bytes).map_err(StackError::io(format!("read {path}")))?;
        if bytes.len() as u64 > max {
            return Err(StackError::data(path, format!("it must have at most {max} bytes")));
        }
        Ok(bytes)
    }

    fn open_beneath(&self, path: &str, flags: OFlags) -> std::result::Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat2(self.root.as_fd(), path, flags, Mode::empty(), BENEATH)
    }
}

/// Says what is wrong with a path that could not be opened.
fn refuse(path: &str, errno: Errno, expected: &str) -> StackError {
    let reason = match errno {
        Errno::NOENT => format!("it does not exist, and must be {expected}"),
        Errno::NOTDIR => format!("it, or what it stands in, is no directory, and it must be {expected}"),
        Errno::LOOP => format!("a symbolic link is in the way, and it must be {expected}"),
        Errno::XDEV => format!("it leads out of {ROOT}, and must be {expected} in it"),
        Errno::NXIO => format!("it is a socket, and must be {expected}"),
        errno => return StackError::System { action: format!("open {path} below {ROOT}"), errno },
    };
    StackError::data(path, reason)
}
