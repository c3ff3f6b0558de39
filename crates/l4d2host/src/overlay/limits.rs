//! How much a build may make, and the sentences for one that makes too much.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::statvfs;

use super::figures::{count, size};
use super::tally::Tally;
use crate::beneath::DEPTH_MAX;
use crate::exit::{self, ExitCode};
use crate::follow::LOG_MAX;

/// Most bytes in an overlay.
pub(super) const BYTES_MAX: u64 = 20_000_000_000;
/// Most files and directories in an overlay.
pub(super) const FILES_MAX: u64 = 500_000;
/// What must stay free on the file system, and which part of it.
const FREE_MIN: u64 = 2_000_000_000;
const FREE_PART: u64 = 20;

/// What a build may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, the larger of what files pretend to have and what they take on disk.
    pub max_bytes: u64,
    /// Files, links and directories.
    pub max_files: u64,
    /// Bytes of output.
    pub max_output: u64,
    /// Bytes that must stay free on the file system; none for 2 GB or 5 %, whatever is more.
    pub keep_free: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: BYTES_MAX, max_files: FILES_MAX, max_output: LOG_MAX, keep_free: None }
    }
}

/// A limit that a build has passed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Too many bytes.
    #[error("the overlay is too big: it has more than {}; files count with what they take on disk where that is more than their length", size(*.0))]
    Bytes(u64),
    /// Too many files.
    #[error("the overlay is too big: it has more than {} files and directories", count(*.0))]
    Files(u64),
    /// Directories in directories.
    #[error("the overlay has directories that are nested deeper than {DEPTH_MAX}")]
    Depth,
    /// The file system takes few more files.
    #[error("the disk is nearly full: {} more files and directories fit below {path}, and {} have to stay free; make room and build again", count(*.free), count(*.keep))]
    Inodes {
        /// The root directory.
        path: String,
        /// How many fit.
        free: u64,
        /// How many have to stay free.
        keep: u64,
    },
    /// The disk is nearly full.
    #[error("the disk is nearly full: {} are free below {path}, and {} have to stay free; make room and build again", size(*.free), size(*.keep))]
    Disk {
        /// The root directory.
        path: String,
        /// What is free, in bytes.
        free: u64,
        /// What has to stay free.
        keep: u64,
    },
}

impl ExitCode for Excess {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Bytes(_) | Self::Files(_) | Self::Depth => exit::CANNOT_CREATE,
            Self::Disk { .. } | Self::Inodes { .. } => exit::IO,
        }
    }
}

impl Limits {
    /// Whether a tally is within the limits.
    ///
    /// # Errors
    /// The limit that it passes.
    pub fn allow(&self, tally: &Tally) -> Result<(), Excess> {
        if tally.size > self.max_bytes {
            return Err(Excess::Bytes(self.max_bytes));
        }
        if tally.entries > self.max_files {
            return Err(Excess::Files(self.max_files));
        }
        if tally.is_too_deep { Err(Excess::Depth) } else { Ok(()) }
    }

    /// Whether an upper layer, in which a unit may be at work, is within the limits, and so is the disk.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn look(&self, root: &Path, upper: BorrowedFd<'_>) -> io::Result<Result<(), Excess>> {
        if let Err(excess) = self.room(root)? {
            return Ok(Err(excess));
        }
        let mut tally = Tally::default();
        tally.add_layer(upper, &|tally| self.allow(tally).is_ok())?;
        Ok(self.allow(&tally))
    }

    /// Whether enough of the disk is free, in bytes and in files.
    ///
    /// # Errors
    /// What statvfs(2) says.
    pub fn room(&self, root: &Path) -> io::Result<Result<(), Excess>> {
        let stat = statvfs(root)?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        let bytes = self.judge(root, bytes(stat.f_bavail), bytes(stat.f_blocks));
        Ok(bytes.and_then(|()| judge_inodes(root, stat.f_favail, stat.f_files)))
    }

    fn judge(&self, root: &Path, free: u64, all: u64) -> Result<(), Excess> {
        let keep = self.keep_free.unwrap_or(FREE_MIN.max(all / FREE_PART));
        if free < keep { Err(Excess::Disk { path: root.display().to_string(), free, keep }) } else { Ok(()) }
    }
}

/// As of the bytes; a file system that makes inodes as it needs them says that it has none.
fn judge_inodes(root: &Path, free: u64, all: u64) -> Result<(), Excess> {
    let keep = all / FREE_PART;
    if free < keep { Err(Excess::Inodes { path: root.display().to_string(), free, keep }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const GB: u64 = 1_000_000_000;

    #[rstest]
    #[case(50 * GB, 100 * GB, None, true)]
    #[case(2 * GB, 40 * GB, None, true)]
    #[case(2 * GB, 41 * GB, None, false)]
    #[case(2 * GB - 1, 3 * GB, None, false)]
    #[case(1, 3 * GB, Some(0), true)]
    #[case(50 * GB, 100 * GB, Some(51 * GB), false)]
    fn room(#[case] free: u64, #[case] all: u64, #[case] keep_free: Option<u64>, #[case] enough: bool) {
        let limits = Limits { keep_free, ..Limits::default() };
        assert_eq!(limits.judge(Path::new("/x"), free, all).is_ok(), enough);
    }

    #[rstest]
    #[case(50, 1000, true)]
    #[case(49, 1000, false)]
    #[case(0, 0, true)]
    fn inodes(#[case] free: u64, #[case] all: u64, #[case] enough: bool) {
        let judged = judge_inodes(Path::new("/x"), free, all);
        assert_eq!(judged.is_ok(), enough, "{judged:?}");
    }

    #[test]
    fn sentences_name_the_limit() {
        let disk = Limits::default().judge(Path::new("/srv"), GB, 100 * GB).unwrap_err();
        assert_eq!(
            disk.to_string(),
            "the disk is nearly full: 1.0 GB are free below /srv, and 5.0 GB have to stay free; make room and build again"
        );
        assert_eq!(
            Excess::Files(500_000).to_string(),
            "the overlay is too big: it has more than 500,000 files and directories"
        );
        let tally = |size, entries| {
            let mut tally = Tally::default();
            (tally.size, tally.entries) = (size, entries);
            tally
        };
        let limits = Limits { max_bytes: 10, max_files: 3, ..Limits::default() };
        assert_eq!(limits.allow(&tally(10, 3)), Ok(()));
        assert_eq!(limits.allow(&tally(11, 3)), Err(Excess::Bytes(10)));
        assert_eq!(limits.allow(&tally(10, 4)), Err(Excess::Files(3)));
    }
}
