//! Going down the layers side by side, as overlayfs does.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Stat, fstat, statat};
use rustix::io::Errno;

use super::listing::Kind;
use super::path::shown;
use super::stack::{Opened, Stack};
use super::{FilePath, FilesError};
use crate::beneath::{open_dir_beneath, open_own_dir};
use crate::tree::merge::is_opaque;
use crate::tree::settle::is_whiteout;

/// Directories of the same path in several layers, the one on top first.
#[derive(Debug)]
pub(super) struct Merged<'s> {
    pub(super) parts: Vec<Part<'s>>,
}

/// A directory in one layer.
#[derive(Debug)]
pub(super) struct Part<'s> {
    pub(super) layer: &'s Opened,
    dir: Option<OwnedFd>,
}

impl Part<'_> {
    pub(super) fn dir(&self) -> BorrowedFd<'_> {
        self.dir.as_ref().map_or(self.layer.dir.as_fd(), AsFd::as_fd)
    }
}

/// What a name stands for in merged directories.
#[derive(Debug)]
pub(super) enum Found<'s> {
    /// A directory, merged from these.
    Directory(Merged<'s>),
    /// Something else, in the part with this number.
    Other(usize, Kind),
}

impl<'s> Merged<'s> {
    /// The top of all layers.
    pub(super) fn top(stack: &'s Stack) -> Self {
        Self { parts: stack.layers.iter().map(|layer| Part { layer, dir: None }).collect() }
    }

    /// The directory at a path.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], [`FilesError::NotADirectory`], [`FilesError::Link`].
    pub(super) fn at(stack: &'s Stack, path: &FilePath) -> Result<Self, FilesError> {
        let mut here = Self::top(stack);
        for (number, name) in path.names().enumerate() {
            let reached = || path.up_to(number);
            match here.look_up(name).map_err(FilesError::io("reading", reached()))? {
                Some(Found::Directory(below)) => here = below,
                Some(Found::Other(part, Kind::Symlink)) => return Err(here.link(part, name, reached())),
                Some(Found::Other(_, kind)) => return Err(FilesError::NotADirectory { path: reached(), kind }),
                None => return Err(FilesError::NotFound { path: reached(), of: stack.of.clone() }),
            }
        }
        Ok(here)
    }

    /// The refusal to follow a link.
    pub(super) fn link(&self, part: usize, name: &CStr, path: FilePath) -> FilesError {
        let target = rustix::fs::readlinkat(self.parts[part].dir(), name, Vec::new());
        FilesError::Link { path, target: target.map_or_else(|_| "?".to_owned(), |target| shown(target.to_bytes())) }
    }

    /// What a name stands for; none when no layer has it, or a whiteout hides it.
    pub(super) fn look_up(&self, name: &CStr) -> io::Result<Option<Found<'s>>> {
        let mut below = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            let Some(stat) = stat_of(part.dir(), name)? else { continue };
            let kind = FileType::from_raw_mode(stat.st_mode);
            if kind != FileType::Directory {
                if below.is_empty() && !is_whiteout(&stat) {
                    return Ok(Some(Found::Other(number, Kind::of(kind))));
                }
                break;
            }
            let dir = open(part, name)?;
            let opaque = is_opaque(dir.as_fd())?;
            below.push(Part { layer: part.layer, dir: Some(dir) });
            if opaque {
                break;
            }
        }
        Ok((!below.is_empty()).then_some(Found::Directory(Self { parts: below })))
    }
}

/// Opens a directory for listing. Only in a server's own layer is its mode changed for that.
fn open(part: &Part<'_>, name: &CStr) -> io::Result<OwnedFd> {
    if !part.layer.own {
        return open_dir_beneath(part.dir(), name);
    }
    match open_dir_beneath(part.dir(), name) {
        Ok(dir) if fstat(&dir)?.st_mode & 0o500 == 0o500 => Ok(dir),
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => open_own_dir(part.dir(), name),
    }
}

/// What a name is in one directory; none when it is not there.
pub(super) fn stat_of(dir: BorrowedFd<'_>, name: &CStr) -> io::Result<Option<Stat>> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
