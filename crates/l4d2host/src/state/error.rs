//! What can go wrong while state is read.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit::{self, ExitCode};
use crate::name::InstanceName;
use crate::process::ProcessError;
use crate::systemd::SystemdError;

/// Why state could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// systemd could not be asked.
    #[error(transparent)]
    Systemd(#[from] SystemdError),
    /// A subprocess failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// There is no such instance.
    #[error("server {0} does not exist: `l4d2ctl list` has those that do")]
    Missing(InstanceName),
    /// The directory of the records is not there.
    #[error("{0} is gone, where the mount helper records starts and ends: run deploy/install.sh")]
    NoRecords(PathBuf),
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

impl StateError {
    /// For `map_err`: a system call that failed on `path`.
    pub(super) fn io<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source: source.into() }
    }
}

impl ExitCode for StateError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Systemd(error) => error.exit_code(),
            Self::Process(error) => error.exit_code(),
            Self::Missing(_) => exit::NO_INPUT,
            Self::NoRecords(_) => exit::UNAVAILABLE,
            Self::Io { .. } => exit::IO,
        }
    }
}
