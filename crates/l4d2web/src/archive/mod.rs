//! Archives from outside, unpacked into an empty directory: .zip and .7z. Nothing in one is believed. Names are checked before anything is
//! written, what is written is counted, and the first thing that is wrong ends all; whoever asked removes the directory then.
//!
//! An archive in an archive stays one. .rar is not taken (`docs/decisions.md` says why).

mod error;
mod kind;
mod limits;
mod names;
mod sevenz;
mod sink;
mod zip;

use std::fs::File;
use std::os::fd::BorrowedFd;

pub use error::ArchiveError;
pub use kind::Kind;
pub use limits::{Limits, Progress};

use sink::Sink;

/// What was unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpacked {
    /// How many files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Unpacks an archive into an empty directory, and syncs. It blocks for as long as that takes.
///
/// # Errors
///
/// What is wrong with the archive, or why not all could be written. What was written before stays where it is.
pub fn unpack(
    archive: &File,
    into: BorrowedFd<'_>,
    limits: &Limits,
    progress: &Progress,
) -> Result<Unpacked, ArchiveError> {
    let length = archive.metadata().map_err(ArchiveError::Read)?.len();
    let mut sink = Sink::new(into, *limits, length, progress);
    match Kind::of(archive)? {
        Kind::Zip => zip::unpack(archive, length, &mut sink)?,
        Kind::SevenZ => sevenz::unpack(archive, &mut sink)?,
        Kind::Rar => return Err(ArchiveError::Rar),
    }
    sink.finish()
}
