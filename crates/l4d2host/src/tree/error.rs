//! What can go wrong with trees.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit::{self, ExitCode};
use crate::lock::LockError;
use crate::name::{BuildName, NameError, OverlayRef};
use crate::systemd::SystemdError;

/// Why a tree could not be resolved, published or removed.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A lock could not be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// systemd could not be asked which servers are enabled or running.
    #[error(transparent)]
    Systemd(#[from] SystemdError),
    /// A spec names an overlay that is not there.
    #[error("overlay \"{reference}\" does not exist: neither a published overlay nor a directory below {overlays}")]
    NoOverlay {
        /// The reference.
        reference: OverlayRef,
        /// The overlays directory.
        overlays: PathBuf,
    },
    /// The game is not installed.
    #[error("the game is not installed: run `l4d2ctl install` first")]
    NotInstalled,
    /// A link below the root points somewhere else than at a published tree.
    #[error("{link} points at {target:?}, which is not a published tree of it")]
    ForeignLink {
        /// The link.
        link: PathBuf,
        /// Where it points.
        target: PathBuf,
    },
    /// A link names a tree that is gone.
    #[error("{link} points at {tree}, which is not a directory")]
    Dangling {
        /// The link.
        link: PathBuf,
        /// The tree.
        tree: PathBuf,
    },
    /// A reference names something that is neither a link nor a directory, or leads through a link.
    #[error("overlay \"{reference}\" is not a directory, or is reached through a link: give a real directory")]
    NotADirectory {
        /// The reference.
        reference: OverlayRef,
    },
    /// A published tree would take the place of an admin's directory.
    #[error("{path} is a plain directory: move it away before an overlay of that name is built")]
    PlainInTheWay {
        /// The directory.
        path: PathBuf,
    },
    /// A build left something that must not be published.
    #[error("{path} is {what}: a build may leave only directories, regular files and symbolic links")]
    Unfit {
        /// The path in the tree.
        path: String,
        /// What it is, with an article.
        what: &'static str,
    },
    /// A build nested its directories too deep.
    #[error("{path} is nested deeper than 128 directories")]
    TooDeep {
        /// The path in the tree.
        path: String,
    },
    /// A pins file is broken.
    #[error("{path} is not a list of layers")]
    Pins {
        /// The file.
        path: PathBuf,
        /// The line.
        source: NameError,
    },
    /// Something that must be known before a tree is removed cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What must be kept cannot be told.
    #[error("no tree was removed, because what must be kept cannot be told")]
    Undecided(#[source] Box<TreeError>),
    /// Another build of the same name is under way.
    #[error("a build of {0} is under way: wait for it to end")]
    Busy(BuildName),
    /// There is nothing to publish.
    #[error("the build of {0} left nothing to publish")]
    NothingBuilt(BuildName),
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

impl TreeError {
    /// For `map_err`: a system call that failed on `path`.
    pub fn io<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source: source.into() }
    }
}

impl ExitCode for TreeError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Lock(error) => error.exit_code(),
            Self::Systemd(_) | Self::Undecided(_) | Self::Busy(_) => exit::BUSY,
            Self::NoOverlay { .. } | Self::NotADirectory { .. } | Self::Unfit { .. } | Self::TooDeep { .. } => {
                exit::DATA
            }
            Self::NotInstalled => exit::UNAVAILABLE,
            Self::ForeignLink { .. } | Self::Dangling { .. } | Self::Pins { .. } | Self::NothingBuilt(_) => exit::DATA,
            Self::PlainInTheWay { .. } => exit::CANNOT_CREATE,
            Self::Io { .. } | Self::Unreadable { .. } => exit::IO,
        }
    }
}
