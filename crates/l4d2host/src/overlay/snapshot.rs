//! The kind `snapshot`: what is in `files/<id>/` now, which people edit. The panel replaces a file by rename; an admin may
//! write into one, so that a tree shares no file with the directory that anybody could write.
//!
//! What is equal to the current tree is a link to it, whatever its time is.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, readlinkat, symlinkat};
use rustix::io::Errno;

use super::PANELS_OWN;
use super::error::OverlayError;
use super::limits::Limits;
use super::links;
use super::tally::Tally;
use crate::beneath::{DEPTH_MAX, Entry, entries, is_absence, open_dir_beneath, open_file_beneath};
use crate::tree::TreeError;
use crate::tree::attributes::{set_time, time};
use crate::tree::prune::same_bytes;
use crate::tree::settle::is_read_only;

/// From here on a file is linked when nobody can write it.
const LARGE: u64 = 1024 * 1024;

/// A snapshot under way.
pub(super) struct Snapshot<'s> {
    /// The root directory, for its room.
    pub(super) root: &'s Path,
    /// What it may hold.
    pub(super) limits: &'s Limits,
    tally: Tally,
}

impl<'s> Snapshot<'s> {
    pub(super) fn new(root: &'s Path, limits: &'s Limits) -> Self {
        Self { root, limits, tally: Tally::default() }
    }

    /// Fills an empty upper layer with what is in `from`, beside the current tree.
    pub(super) fn fill(
        mut self,
        from: BorrowedFd<'_>,
        upper: BorrowedFd<'_>,
        current: Option<BorrowedFd<'_>>,
    ) -> Result<(), OverlayError> {
        self.walk(from, upper, current, "", 0)
    }

    fn walk(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        current: Option<BorrowedFd<'_>>,
        path: &str,
        depth: usize,
    ) -> Result<(), OverlayError> {
        let here = |path: &str| if path.is_empty() { "files".to_owned() } else { path.to_owned() };
        for entry in entries(from).map_err(OverlayError::io("listing", here(path)))? {
            // What the panel has not finished.
            if entry.name.to_bytes().starts_with(PANELS_OWN.as_bytes()) {
                continue;
            }
            let slash = if path.is_empty() { "" } else { "/" };
            let below = format!("{path}{slash}{}", entry.name.to_string_lossy());
            match entry.kind {
                FileType::Directory if depth >= DEPTH_MAX => return Err(TreeError::TooDeep { path: below }.into()),
                FileType::Directory => self.directory(from, to, current, &entry, &below, depth)?,
                FileType::Symlink => self.symlink(from, to, &entry.name, &below)?,
                FileType::RegularFile => self.file(from, to, current, &entry.name, &below)?,
                kind => return Err(TreeError::Unfit { path: below, what: article(kind) }.into()),
            }
            self.limits.allow(&self.tally)?;
        }
        let stat = fstat(from).map_err(OverlayError::io("reading", here(path)))?;
        set_time(to, time(&stat)).map_err(OverlayError::io("setting the time of", here(path)))
    }

    fn directory(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        current: Option<BorrowedFd<'_>>,
        entry: &Entry,
        path: &str,
        depth: usize,
    ) -> Result<(), OverlayError> {
        let name = entry.name.as_c_str();
        let Some(source) = there(open_dir_beneath(from, name)).map_err(OverlayError::io("opening", path))? else {
            return Ok(());
        };
        self.tally.add(&fstat(&source).map_err(OverlayError::io("reading", path))?);
        let made = mkdirat(to, name, Mode::from_raw_mode(0o755)).map_err(io::Error::from);
        let target = made.and_then(|()| open_dir_beneath(to, name)).map_err(OverlayError::io("making", path))?;
        let current: Option<OwnedFd> = current.and_then(|current| open_dir_beneath(current, name).ok());
        self.walk(source.as_fd(), target.as_fd(), current.as_ref().map(AsFd::as_fd), path, depth + 1)
    }

    fn symlink(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        name: &CStr,
        path: &str,
    ) -> Result<(), OverlayError> {
        let target = match readlinkat(from, name, Vec::new()) {
            Ok(target) => target,
            Err(Errno::NOENT | Errno::INVAL) => return Ok(()),
            Err(errno) => return Err(OverlayError::io("reading", path)(errno)),
        };
        symlinkat(target.as_c_str(), to, name).map_err(OverlayError::io("linking", path))?;
        self.tally.entries += 1;
        Ok(())
    }

    fn file(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        current: Option<BorrowedFd<'_>>,
        name: &CStr,
        path: &str,
    ) -> Result<(), OverlayError> {
        // Renamed or removed since it was listed: the panel asks for another build then.
        let opened = there(open_file_beneath(from, name)).map_err(OverlayError::io("opening", path))?;
        let Some(source) = opened else { return Ok(()) };
        let stat = fstat(&source).map_err(OverlayError::io("reading", path))?;
        if stat.st_mode & 0o6000 != 0 {
            return Err(TreeError::Unfit { path: path.to_owned(), what: "a file with a setuid or setgid bit" }.into());
        }
        self.tally.add(&stat);
        self.limits.allow(&self.tally)?;
        let large = u64::try_from(stat.st_size).is_ok_and(|size| size >= LARGE);
        if large && is_read_only(&stat) {
            match links::link(&source, to, name) {
                Err(Errno::XDEV | Errno::MLINK) => {}
                other => return other.map_err(OverlayError::io("linking", path)),
            }
        }
        if let Some(same) = equal(&source, &stat, current, name).map_err(OverlayError::io("comparing", path))? {
            match links::link(&same, to, name) {
                Err(Errno::MLINK) => {}
                other => return other.map_err(OverlayError::io("linking", path)),
            }
        }
        self.limits.room(self.root).map_err(OverlayError::io("reading the free space of", self.root))??;
        let left = self.limits.max_bytes;
        copy(&source, &stat, to, name, left).map_err(OverlayError::io("copying", path))
    }
}

/// The file of the current tree that has the same bytes, and may be run as this one may.
fn equal(source: &File, stat: &Stat, current: Option<BorrowedFd<'_>>, name: &CStr) -> io::Result<Option<File>> {
    let Some(current) = current else { return Ok(None) };
    let Some(file) = there(open_file_beneath(current, name))? else { return Ok(None) };
    let other = fstat(&file)?;
    let runs = |stat: &Stat| stat.st_mode & 0o111 != 0;
    if other.st_size != stat.st_size || runs(&other) != runs(stat) || !same_bytes(source, &file)? {
        return Ok(None);
    }
    Ok(Some(file))
}

/// Copies a file and its time. On a file system that can, the two share their blocks until one is changed.
fn copy(mut source: &File, stat: &Stat, to: BorrowedFd<'_>, name: &CStr, max: u64) -> io::Result<()> {
    io::Seek::rewind(&mut source)?;
    let mode = if stat.st_mode & 0o111 == 0 { 0o644 } else { 0o755 };
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut target = File::from(openat(to, name, flags, Mode::from_raw_mode(mode))?);
    // Somebody may be writing on and on.
    let copied = io::copy(&mut source.take(max), &mut target)?;
    if copied == max && source.read(&mut [0])? != 0 {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it grows while it is copied"));
    }
    set_time(target.as_fd(), time(stat))
}

/// What was opened; none when it is gone, or something else has its name.
fn there<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if is_absence(&error) || error.kind() == io::ErrorKind::InvalidInput => Ok(None),
        Err(error) => Err(error),
    }
}

fn article(kind: FileType) -> &'static str {
    match kind {
        FileType::Fifo => "a fifo",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device node",
        _ => "of an unknown type",
    }
}
