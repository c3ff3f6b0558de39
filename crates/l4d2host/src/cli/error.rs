//! How a verb fails, and what a person then reads.

use std::io::Write;

use crate::cpuset::Reason;
use crate::exit::{self, ExitCode};
use crate::files::FilesError;
use crate::install::InstallError;
use crate::instance::InstanceError;
use crate::overlay::OverlayError;
use crate::report::chain;
use crate::root::RootError;
use crate::state::StateError;
use crate::terminal::escape;
use crate::tree::TreeError;

use super::privilege::PrivilegeError;

/// Why a verb failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The root directory cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The caller may not.
    #[error(transparent)]
    Privilege(#[from] PrivilegeError),
    /// Something about an instance.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// Something about the trees.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// State could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// Files cannot be shown.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The doctor found so many things that do not work.
    #[error("failed checks: {0}")]
    Unhealthy(usize),
    /// The CPUs cannot be divided as wished.
    #[error(transparent)]
    Cpus(#[from] Reason),
    /// Something about the installation.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// Something about an overlay.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// Reading or writing failed.
    #[error("{what}")]
    Io {
        /// What was tried, on what.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl CliError {
    /// For `map_err`: reading or writing failed.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }

    /// Prints the error and what led to it, on one line.
    pub fn print(&self) {
        let text = chain(self);
        // A name that foreign code chose may stand in it.
        let _ = writeln!(anstream::stderr(), "l4d2ctl: {}", escape(&text, &[]));
    }
}

impl ExitCode for CliError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Root(error) => error.exit_code(),
            Self::Privilege(error) => error.exit_code(),
            Self::Instance(error) => error.exit_code(),
            Self::Tree(error) => error.exit_code(),
            Self::State(error) => error.exit_code(),
            Self::Files(error) => error.exit_code(),
            Self::Unhealthy(_) => exit::UNAVAILABLE,
            Self::Cpus(_) => exit::DATA,
            Self::Install(error) => error.exit_code(),
            Self::Overlay(error) => error.exit_code(),
            Self::Io { .. } => exit::IO,
        }
    }
}
