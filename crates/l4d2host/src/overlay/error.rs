//! What can go wrong with overlays.

use std::io;
use std::path::{Path, PathBuf};

use super::limits::Excess;
use crate::exit::{self, ExitCode};
use crate::follow::FollowError;
use crate::lock::LockError;
use crate::name::{OverlayId, OverlayRef};
use crate::process::ProcessError;
use crate::systemd::SystemdError;
use crate::tree::TreeError;

/// Why a build file was refused.
#[derive(Debug, thiserror::Error)]
pub enum BuildFileError {
    /// It is longer than any real one.
    #[error("it is longer than 4 MiB")]
    TooLong,
    /// It is not text.
    #[error("it is not text (byte {offset} is not UTF-8, or is a control character): a build file is YAML")]
    Binary {
        /// Where, from 0.
        offset: usize,
    },
    /// It is not YAML, or not the YAML that a build file is.
    #[error("line {line}, column {column}: {message}")]
    At {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is wrong as a whole.
    #[error("{0}")]
    Whole(String),
}

/// Why an overlay was not built, deleted or looked at. What was published before is published still.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// Something about the trees; another build that is under way, too.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// systemd could not be asked.
    #[error(transparent)]
    Systemd(#[from] SystemdError),
    /// A lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A root program failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The unit could not be run or followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The build file is wrong.
    #[error("build file {shown}")]
    BuildFile {
        /// Where it came from.
        shown: String,
        /// What is wrong.
        source: BuildFileError,
    },
    /// There is no such overlay.
    #[error("overlay {0} does not exist: it was never built, and no directory below overlays/ has its name")]
    Missing(OverlayRef),
    /// There is nothing to take a snapshot of.
    #[error("files/{0} does not exist below the root directory: there is nothing to take a snapshot of")]
    NoFiles(OverlayId),
    /// A file that was to be linked is not there, or is something else.
    #[error("{source_path} cannot stand at {path}: {reason}")]
    Source {
        /// The path below the root.
        source_path: String,
        /// The path in the tree.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit was passed.
    #[error(transparent)]
    Excess(#[from] Excess),
    /// The script ended badly.
    #[error("the script failed with exit code {0}")]
    Script(u8),
    /// The unit of the build was stopped or killed.
    #[error("the build was stopped from outside: build the overlay again")]
    Stopped,
    /// The unit ran for too long.
    #[error(
        "the script ran for longer than a build may: TimeoutStartSec= of left4me-build@.service, an hour by default"
    )]
    TimedOut,
    /// The unit used too much memory.
    #[error(
        "the script was killed because it used too much memory: MemoryMax= of left4me-build@.service, 4 GB by default"
    )]
    OutOfMemory,
    /// The unit never ran.
    #[error("the unit of the build did not start: `systemctl status left4me-build@{0}` says why")]
    NotStarted(OverlayId, u8),
    /// The stack has not been taken away.
    #[error("the stack of the build is still mounted ({0} is there): build the overlay again")]
    StillMounted(PathBuf),
    /// A system call failed.
    #[error("{action} {path} failed")]
    Io {
        /// What was tried, such as `reading`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl OverlayError {
    /// For `map_err`: a system call that failed on `path`.
    pub fn io<E: Into<io::Error>>(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, path: path.as_ref().to_owned(), source: source.into() }
    }
}

impl ExitCode for OverlayError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Tree(error) => error.exit_code(),
            Self::Systemd(error) => error.exit_code(),
            Self::Lock(error) => error.exit_code(),
            Self::Process(error) => error.exit_code(),
            Self::Follow(error) => error.exit_code(),
            Self::BuildFile { .. } | Self::Source { .. } => exit::DATA,
            Self::Missing(_) | Self::NoFiles(_) => exit::NO_INPUT,
            Self::Excess(excess) => excess.exit_code(),
            Self::Script(code) | Self::NotStarted(_, code) => *code,
            Self::TimedOut | Self::OutOfMemory => exit::CANNOT_CREATE,
            Self::Stopped | Self::StillMounted(_) => exit::BUSY,
            Self::Io { .. } => exit::IO,
        }
    }
}
