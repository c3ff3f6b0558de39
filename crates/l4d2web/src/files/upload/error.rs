use std::io;

use rustix::io::Errno;

use crate::archive::ArchiveError;
use crate::files::{FilePath, FilesError};
use crate::pages::kit::size;

/// Why an upload does not go on: a sentence for who sends it.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// There is none.
    #[error("That upload is not known any more. Begin it again.")]
    Gone,
    /// Something is done at it.
    #[error("Another piece of this file is being taken just now. Send one after the other.")]
    Busy,
    /// The archive is being unpacked.
    #[error("The archive is being unpacked.")]
    Unpacking,
    /// The piece does not begin where the last one ended.
    #[error("The piece begins at byte {offset}, and {received} have come. Go on there.")]
    Place {
        /// Where it begins.
        offset: u64,
        /// How many bytes have come.
        received: u64,
    },
    /// The piece is too long.
    #[error("A piece has 8 MiB at most. It was not taken.")]
    LongPiece,
    /// More comes than was said.
    #[error(
        "More comes than the {0} bytes that the file was said to have. The piece was not taken. Begin again when the file has changed."
    )]
    TooMuch(u64),
    /// The end is asked for too early.
    #[error("{received} of {size} bytes have come. Send the rest first.")]
    Short {
        /// How many have come.
        received: u64,
        /// How many it has.
        size: u64,
    },
    /// The file is too large.
    #[error("A file may have {} here; this one has {}.", size(*.most), size(*.length))]
    Large {
        /// The most.
        most: u64,
        /// What it has.
        length: u64,
    },
    /// There are too many.
    #[error("You have {0} unfinished uploads. Finish or cancel some first.")]
    Many(i64),
    /// Names in the overlay are taken by what an archive holds.
    #[error("{}", taken(.first, *.count))]
    Taken {
        /// One of them.
        first: FilePath,
        /// How many.
        count: usize,
    },
    /// The disk is full in the middle.
    #[error("The disk is full: {} of “{path}” did not fit. Nothing of it is in the overlay. When there is room again, it goes on where it stopped.", size(*.missing))]
    DiskFull {
        /// Where it goes.
        path: String,
        /// What did not come to the disk.
        missing: u64,
    },
    /// The overlay does not take it.
    #[error("{0}")]
    Files(FilesError),
    /// What is wrong with the archive.
    #[error("{0}")]
    Archive(ArchiveError),
    /// The sender has gone.
    #[error("The connection was lost.")]
    Lost,
    /// The disk fails.
    #[error("The disk cannot be used: {0}.")]
    Disk(#[source] io::Error),
    /// The database fails.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A bug.
    #[error("the work on an upload broke down")]
    Broken,
}

fn taken(first: &FilePath, count: usize) -> String {
    match count {
        1 => format!("“{first}” is here already. Replace it, or keep what is here."),
        _ => format!("“{first}” and {} more are here already. Replace them, or keep what is here.", count - 1),
    }
}

impl UploadError {
    /// What a write to the disk meant.
    pub(super) fn written(error: io::Error, path: &str, missing: u64) -> Self {
        match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOSPC | Errno::DQUOT) => Self::DiskFull { path: path.to_owned(), missing },
            _ => Self::Disk(error),
        }
    }

    /// Whether the same can be tried again, so that what came is kept.
    #[must_use]
    pub const fn may_go_on(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Place { .. }
                | Self::Taken { .. }
                | Self::DiskFull { .. }
                | Self::Lost
                | Self::Disk(_)
                | Self::Database(_)
                | Self::Files(FilesError::Taken(_) | FilesError::Full(_) | FilesError::DiskFull(_))
                | Self::Archive(ArchiveError::Full(_) | ArchiveError::DiskFull { .. })
        )
    }
}
