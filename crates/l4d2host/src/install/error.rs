//! What can go wrong with an installation.

use std::io;
use std::path::{Path, PathBuf};

use super::reason::Reason;
use super::space::Space;
use crate::exit::{self, ExitCode};
use crate::follow::FollowError;
use crate::lock::LockError;
use crate::process::ProcessError;
use crate::systemd::SystemdError;
use crate::tree::TreeError;

/// Why the game was not installed. What was downloaded is kept, and what was published before is published still.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Something about the trees; another installation that is under way, too.
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
    /// A pass could not be run or followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// A pass failed.
    #[error(transparent)]
    Pass(Reason),
    /// Steam did not say which build is the latest.
    #[error(
        "Steam did not say which build of the game is the latest: {}; what steamcmd printed is in /var/log/left4me/left4me-steamcmd@info.log",
        .0.brief()
    )]
    NoAnswer(Reason),
    /// A pass failed because the disk is full.
    #[error(
        "the disk is too full for the game: {0}; make room, then run `l4d2ctl install` again, which goes on where this one ended"
    )]
    DiskFull(Space),
    /// steamcmd said that it succeeded, and did not.
    #[error("steamcmd says that it succeeded, but {0} is missing: run `l4d2ctl install` again")]
    Incomplete(&'static str),
    /// The staging stack has not been taken away.
    #[error("the staging stack is still mounted ({0} is there): `systemctl status 'left4me-steamcmd@*'` says why")]
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

impl InstallError {
    /// For `map_err`: a system call that failed on `path`.
    pub fn io<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source: source.into() }
    }
}

impl ExitCode for InstallError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Tree(error) => error.exit_code(),
            Self::Systemd(error) => error.exit_code(),
            Self::Lock(error) => error.exit_code(),
            Self::Process(error) => error.exit_code(),
            Self::Follow(error) => error.exit_code(),
            Self::Pass(reason) | Self::NoAnswer(reason) => reason.exit_code(),
            Self::DiskFull(_) | Self::Io { .. } => exit::IO,
            Self::Incomplete(_) => exit::SOFTWARE,
            Self::StillMounted(_) => exit::BUSY,
        }
    }
}
