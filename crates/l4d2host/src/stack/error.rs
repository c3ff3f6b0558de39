//! Why a stack could not be made or taken away.

use crate::exit::{self, ExitCode};
use crate::name::NameError;
use rustix::io::Errno;

/// Result of everything in this module.
pub(super) type Result<T> = std::result::Result<T, StackError>;

/// Why a stack could not be made or taken away; one sentence each.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A system call failed.
    #[error("cannot {action}: {errno}")]
    System {
        /// What was tried, with the path or name it was tried on.
        action: String,
        /// The kernel's answer.
        errno: Errno,
    },
    /// The kernel refused to make the overlay.
    #[error("the kernel refuses the overlay of {stack}: {message}")]
    Overlay {
        /// The stack, as `server-<name>` or `build-<name>`.
        stack: String,
        /// The kernel's own words.
        message: String,
    },
    /// A file or a directory below the root is not what it must be.
    #[error("{path} is not usable: {reason}")]
    Data {
        /// The path, relative to the root directory unless it is absolute.
        path: String,
        /// What is wrong, and what would be accepted.
        reason: String,
    },
    /// A line of a pins file is not a layer.
    #[error("{path} is not usable: {source}")]
    Layers {
        /// The path of the pins file, relative to the root directory.
        path: String,
        /// What is wrong with it.
        source: NameError,
    },
    /// Something else uses the stack.
    #[error("{what} is busy: {holders}")]
    Busy {
        /// What is in use.
        what: String,
        /// Who uses it.
        holders: String,
    },
}

impl StackError {
    /// A shorthand for `map_err`.
    pub(super) fn system(action: impl Into<String>) -> impl FnOnce(Errno) -> Self {
        let action = action.into();
        move |errno| Self::System { action, errno }
    }

    /// A shorthand for `map_err` where the standard library made the call.
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |error| Self::System { action, errno: Errno::from_io_error(&error).unwrap_or(Errno::IO) }
    }

    /// A path below the root that is not what it must be.
    pub(super) fn data(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Data { path: path.into(), reason: reason.into() }
    }
}

impl ExitCode for StackError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::System { .. } | Self::Overlay { .. } => exit::OS,
            Self::Data { .. } | Self::Layers { .. } => exit::DATA,
            Self::Busy { .. } => exit::BUSY,
        }
    }
}
