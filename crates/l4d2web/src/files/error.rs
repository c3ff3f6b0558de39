use std::io;

use super::path::{FilePath, PathError};
use super::room::Full;

/// Why something in a files overlay is not done: a sentence for who asked.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A path is not one.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Nothing is there.
    #[error("“{0}” is not here any more. Somebody may have moved or deleted it.")]
    Missing(FilePath),
    /// Something else than was expected is there.
    #[error("“{path}” is {is}, not {wanted}.")]
    Kind {
        /// Where.
        path: FilePath,
        /// What it is, with its article.
        is: &'static str,
        /// What was wanted, with its article.
        wanted: &'static str,
    },
    /// Something is there already.
    #[error("“{0}” is here already. Replace it, keep both, or leave it.")]
    Taken(FilePath),
    /// Somebody changed a file since it was read.
    #[error(
        "“{0}” was changed by somebody else since you opened it. Your text is kept on this page: look at theirs first, or save yours over it."
    )]
    Changed(FilePath),
    /// A folder would be moved into itself.
    #[error("“{0}” cannot be moved into itself.")]
    Cycle(FilePath),
    /// No text that can be edited.
    #[error("“{path}” cannot be edited here: {why}. Download it, change it, and upload it again.")]
    NotText {
        /// Which file.
        path: FilePath,
        /// Why: a clause.
        why: String,
    },
    /// Too much text.
    #[error("The text is {0} bytes long; 1 MiB can be saved here. Upload the file instead.")]
    LongText(usize),
    /// There are more files in it than one download or move takes.
    #[error("“{path}” holds more than {most} files and folders. Take a part of it.")]
    Many {
        /// Which folder.
        path: FilePath,
        /// How many are taken.
        most: usize,
    },
    /// There is no room.
    #[error(transparent)]
    Full(#[from] Full),
    /// The disk is full all the same.
    #[error("The disk is full: {0} Nothing was changed.")]
    DiskFull(String),
    /// Something on the way to it is a link, which is never followed.
    #[error("A name in “{0}” is a link. Links are shown here, and never followed.")]
    Link(FilePath),
    /// The system refuses.
    #[error("“{path}” cannot be used: {source}.")]
    Io {
        /// Where.
        path: FilePath,
        /// Why.
        source: io::Error,
    },
}

impl FilesError {
    /// What a system call at `path` meant.
    pub(super) fn of(path: &FilePath) -> impl FnOnce(io::Error) -> Self + use<'_> {
        move |source| match source.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            Some(rustix::io::Errno::NOENT) => Self::Missing(path.clone()),
            Some(rustix::io::Errno::LOOP | rustix::io::Errno::XDEV) => Self::Link(path.clone()),
            Some(rustix::io::Errno::NOTDIR) => Self::Kind {
                path: path.clone(),
                is: "no folder, or lies in something that is none",
                wanted: "a folder",
            },
            Some(rustix::io::Errno::EXIST) => Self::Taken(path.clone()),
            Some(rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT) => {
                Self::DiskFull("the system could not write any more.".to_owned())
            }
            _ => Self::Io { path: path.clone(), source },
        }
    }

    /// Whether the state of things is in the way, so that another choice may do.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Taken(_) | Self::Changed(_) | Self::Cycle(_))
    }
}
