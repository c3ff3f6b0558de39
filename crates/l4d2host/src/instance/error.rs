//! What can go wrong with an instance.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit::{self, ExitCode};
use crate::lock::LockError;
use crate::name::{InstanceName, OverlayRef};
use crate::spec::SpecError;
use crate::systemd::SystemdError;
use crate::tree::TreeError;

/// Why a verb did not do its work on an instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The lock could not be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// systemd failed.
    #[error(transparent)]
    Systemd(#[from] SystemdError),
    /// A tree is missing or broken.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The spec is wrong.
    #[error("{file}")]
    Spec {
        /// The file that was read.
        file: String,
        /// What is wrong.
        source: SpecError,
    },
    /// There is no such instance.
    #[error("server {0} does not exist: make it with `l4d2ctl initialize {0} -f <spec.yaml>`")]
    Missing(InstanceName),
    /// The unit is on its way down, or waits for what a crash left to be taken away.
    #[error("server {0} is stopping just now: try again in a moment")]
    Stopping(InstanceName),
    /// The `server.cfg` of an overlay that has an alias cannot be copied.
    #[error(
        "left4dead2/cfg/server.cfg of overlay \"{reference}\" cannot be used: give a regular file of at most 1 MiB"
    )]
    Cfg {
        /// The overlay.
        reference: OverlayRef,
        /// What the system said.
        source: io::Error,
    },
    /// A plain directory holds a file of a third owner.
    #[error(
        "overlay \"{reference}\": {path} belongs to user {uid} and group {gid}, which a server can neither change nor delete: give everything in it to left4me (chown -R left4me:left4me) or to root"
    )]
    Foreign {
        /// The overlay.
        reference: OverlayRef,
        /// The first such file.
        path: PathBuf,
        /// Its owner.
        uid: u32,
        /// Its group.
        gid: u32,
    },
    /// A system call failed.
    #[error("{action} {path} failed")]
    Io {
        /// What was tried, such as `removing`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl InstanceError {
    /// For `map_err`: a system call that failed on `path`.
    pub fn io<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source: source.into() }
    }
}

impl ExitCode for InstanceError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Lock(error) => error.exit_code(),
            Self::Systemd(error) => error.exit_code(),
            Self::Tree(error) => error.exit_code(),
            Self::Spec { source, .. } => source.exit_code(),
            Self::Missing(_) => exit::NO_INPUT,
            Self::Foreign { .. } | Self::Cfg { .. } => exit::DATA,
            Self::Stopping(_) => exit::BUSY,
            Self::Io { action: "making" | "writing" | "preparing", .. } => exit::CANNOT_CREATE,
            Self::Io { .. } => exit::IO,
        }
    }
}
