//! What can go wrong while files are read.

use std::io;

use crate::exit::{self, ExitCode};
use crate::instance::InstanceError;
use crate::lock::LockError;
use crate::name::OverlayRef;
use crate::tree::TreeError;

use super::{FilePath, Kind};

/// Why files cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The path is not one.
    #[error("path {path:?} {reason}")]
    Path {
        /// The path, shortened.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A lock could not be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no such server, or its spec is wrong.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The layers cannot be told.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// There is no such overlay.
    #[error("overlay {0} does not exist: neither a published overlay nor a directory below overlays/")]
    NoOverlay(OverlayRef),
    /// Nothing has that path.
    #[error("{path} does not exist in {of}")]
    NotFound {
        /// The path.
        path: FilePath,
        /// Whose files they are.
        of: String,
    },
    /// Something on the way, or at its end, is not a directory.
    #[error("{path} is {}, not a directory{}", kind.article(), if *kind == Kind::File { ": --cat prints a file" } else { "" })]
    NotADirectory {
        /// The path.
        path: FilePath,
        /// What it is.
        kind: Kind,
    },
    /// A link stands where a directory or a file was asked for.
    #[error("{path} is a symbolic link to {target:?}, and links are not followed: give the path that it stands for")]
    Link {
        /// The path.
        path: FilePath,
        /// Where it points, safe to print.
        target: String,
    },
    /// It has no content to print.
    #[error("{path} is {}: only a regular file can be printed", kind.article())]
    NotAFile {
        /// The path.
        path: FilePath,
        /// What it is.
        kind: Kind,
    },
    /// Reading failed.
    #[error("{action} {what} failed")]
    Io {
        /// What was tried, such as `reading`.
        action: &'static str,
        /// On what.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl FilesError {
    /// For `map_err`: a system call that failed.
    pub(super) fn io<E: Into<io::Error>>(action: &'static str, what: impl ToString) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, what: what.to_string(), source: source.into() }
    }
}

impl ExitCode for FilesError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Path { .. } => exit::USAGE,
            Self::Lock(error) => error.exit_code(),
            Self::Instance(error) => error.exit_code(),
            Self::Tree(error) => error.exit_code(),
            Self::NoOverlay(_) | Self::NotFound { .. } => exit::NO_INPUT,
            Self::NotADirectory { .. } | Self::Link { .. } | Self::NotAFile { .. } => exit::DATA,
            Self::Io { .. } => exit::IO,
        }
    }
}
