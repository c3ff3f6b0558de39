//! Where entries are written: counts what really comes, and writes nowhere but into the directory that it was given.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;

use rustix::fs::{Mode, fchmod, syncfs};
use rustix::io::Errno;

use super::{ArchiveError, Limits, Progress, Unpacked};
use crate::files::{FilePath, SHARED_FROM, beneath};

/// How much is written between two looks at the disk.
const LOOK: u64 = 16 << 20;

/// The directory and the counts.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    top: BorrowedFd<'a>,
    pub(super) limits: Limits,
    packed: u64,
    progress: &'a Progress,
    /// The folder of the last file, open.
    folder: Option<(FilePath, OwnedFd)>,
    files: usize,
    bytes: u64,
    looked: u64,
    buffer: Vec<u8>,
}

impl<'a> Sink<'a> {
    /// `packed`: the length of the archive.
    pub(super) fn new(top: BorrowedFd<'a>, limits: Limits, packed: u64, progress: &'a Progress) -> Self {
        let buffer = vec![0; 256 * 1024];
        Self { top, limits, packed, progress, folder: None, files: 0, bytes: 0, looked: 0, buffer }
    }

    /// Judges what the archive says of itself; what it writes is counted all the same.
    pub(super) fn expect(&self, entries: u64, bytes: u64) -> Result<(), ArchiveError> {
        if entries > self.limits.entries {
            return Err(ArchiveError::Entries(self.limits.entries));
        }
        if bytes > self.limits.total {
            return Err(ArchiveError::Large(self.limits.total));
        }
        if let Some(quota) = self.limits.quota {
            quota.fits(bytes)?;
        }
        self.limits.reserve.fits(self.top, bytes)?;
        self.progress.total.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Makes a folder.
    pub(super) fn folder(&mut self, path: &FilePath) -> Result<(), ArchiveError> {
        self.watch()?;
        self.open(path).map(drop)
    }

    fn watch(&self) -> Result<(), ArchiveError> {
        if self.progress.is_cancelled() { Err(ArchiveError::Cancelled) } else { Ok(()) }
    }

    fn open(&mut self, folder: &FilePath) -> Result<BorrowedFd<'_>, ArchiveError> {
        let is_open = self.folder.as_ref().is_some_and(|(open, _)| open == folder);
        if !is_open {
            let dir = beneath::make_dirs(self.top, folder.names()).map_err(|error| self.failed(folder, error, 0))?;
            self.folder = Some((folder.clone(), dir));
        }
        self.folder.as_ref().map(|(_, dir)| dir.as_fd()).ok_or(ArchiveError::Cancelled)
    }

    /// Writes a file: all that `content` gives. `packed` is its own packed size where that is known. It returns how many bytes came, and
    /// their CRC.
    pub(super) fn file(
        &mut self,
        path: &FilePath,
        content: &mut dyn Read,
        declared: u64,
        packed: Option<u64>,
        broken: &dyn Fn(io::Error) -> ArchiveError,
    ) -> Result<(u64, u32), ArchiveError> {
        let Some(name) = path.name() else { return Err(crate::files::PathError::Nothing.into()) };
        let opened = self.open(&path.parent()).map(|dir| beneath::create(dir, name.as_str()))?;
        let mut file = opened.map_err(|error| self.failed(path, error, declared))?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let copied = self.copy(path, content, declared, packed, broken, &mut file, &mut buffer);
        self.buffer = buffer;
        let (length, crc) = copied?;
        let mode = if length >= SHARED_FROM { 0o444 } else { 0o644 };
        fchmod(&file, Mode::from_raw_mode(mode)).map_err(|error| self.failed(path, error.into(), 0))?;
        self.files += 1;
        Ok((length, crc))
    }

    #[expect(clippy::too_many_arguments, reason = "the two halves of one function")]
    fn copy(
        &mut self,
        path: &FilePath,
        content: &mut dyn Read,
        declared: u64,
        packed: Option<u64>,
        broken: &dyn Fn(io::Error) -> ArchiveError,
        file: &mut File,
        buffer: &mut [u8],
    ) -> Result<(u64, u32), ArchiveError> {
        let (mut length, mut crc) = (0_u64, crc32fast::Hasher::new());
        loop {
            self.watch()?;
            let read = match content.read(buffer) {
                Ok(0) => return Ok((length, crc.finalize())),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(broken(error)),
            };
            length += read as u64;
            self.bytes += read as u64;
            if length > declared {
                return Err(ArchiveError::DamagedEntry { name: path.to_string(), why: "it is longer than it says" });
            }
            self.judge(path, length, packed)?;
            crc.update(&buffer[..read]);
            let rest = declared.saturating_sub(length) + read as u64;
            file.write_all(&buffer[..read]).map_err(|error| self.failed(path, error, rest))?;
            self.progress.done.fetch_add(read as u64, Ordering::Relaxed);
            if self.bytes - self.looked >= LOOK {
                self.looked = self.bytes;
                self.limits.reserve.fits(self.top, 0)?;
            }
        }
    }

    /// Judges what has come so far.
    fn judge(&self, path: &FilePath, length: u64, packed: Option<u64>) -> Result<(), ArchiveError> {
        let Limits { file, total, ratio, ratio_from, quota, .. } = self.limits;
        let bomb = |bytes: u64, packed: u64| bytes > ratio_from && bytes / ratio > packed;
        if length > file {
            return Err(ArchiveError::LargeFile { name: path.to_string(), most: file });
        }
        if self.bytes > total {
            return Err(ArchiveError::Large(total));
        }
        if packed.is_some_and(|packed| bomb(length, packed)) || bomb(self.bytes, self.packed) {
            return Err(ArchiveError::Bomb { name: path.to_string(), times: ratio });
        }
        if let Some(quota) = quota {
            quota.fits(self.bytes)?;
        }
        Ok(())
    }

    /// `missing`: what of the file at hand did not come to the disk.
    fn failed(&self, path: &FilePath, source: io::Error, missing: u64) -> ArchiveError {
        match source.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOSPC | Errno::DQUOT) => {
                let total = self.progress.total.load(Ordering::Relaxed);
                ArchiveError::DiskFull {
                    missing: total.saturating_sub(self.progress.done.load(Ordering::Relaxed)).max(missing),
                }
            }
            _ => ArchiveError::Write { name: path.to_string(), source },
        }
    }

    /// All of it is there: now it must stay.
    pub(super) fn finish(self) -> Result<Unpacked, ArchiveError> {
        self.watch()?;
        syncfs(self.top).map_err(|error| self.failed(&FilePath::default(), error.into(), 0))?;
        Ok(Unpacked { files: self.files, bytes: self.bytes })
    }
}
