//! Where things are: the root directory and the few places of the system that `l4d2ctl` reads.
//!
//! This is the only module that reads the environment. A moved root (`LEFT4ME_ROOT`, for development and tests)
//! moves the places of the system with it, below `<root>/system`, so that nothing of the real system is touched.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::exit::{self, ExitCode};
use crate::name::{BuildName, InstanceName, OverlayRef, TreeId, tree_directory};

/// Where everything of left4me lives unless `LEFT4ME_ROOT` moves it.
pub const DEFAULT_ROOT: &str = "/var/lib/left4me";

/// Why the root directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// `LEFT4ME_ROOT` is not an absolute path.
    #[error("LEFT4ME_ROOT is {0:?}: give an absolute path")]
    NotAbsolute(PathBuf),
    /// The directory cannot be read.
    #[error("root directory {path} cannot be used: run deploy/install.sh first, or set LEFT4ME_ROOT")]
    Unusable {
        /// The root directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ExitCode for RootError {
    fn exit_code(&self) -> u8 {
        exit::UNAVAILABLE
    }
}

/// The root directory and what belongs to it.
#[derive(Debug, Clone)]
pub struct Root {
    path: PathBuf,
    system: Option<PathBuf>,
    uid: u32,
    gid: u32,
}

impl Root {
    /// The root directory that the environment names, or the default one.
    ///
    /// # Errors
    /// [`RootError`] when it is not an absolute path of an existing directory.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self, RootError> {
        match std::env::var_os("LEFT4ME_ROOT").filter(|value| !value.is_empty()) {
            Some(value) => Self::open(Path::new(&value)),
            None => Self::open(Path::new(DEFAULT_ROOT)),
        }
    }

    /// The root directory at `path`.
    ///
    /// # Errors
    /// [`RootError`] when it is not an absolute path of an existing directory.
    pub fn open(path: &Path) -> Result<Self, RootError> {
        if !path.is_absolute() {
            return Err(RootError::NotAbsolute(path.to_owned()));
        }
        let unusable = |source| RootError::Unusable { path: path.to_owned(), source };
        let meta = std::fs::metadata(path).map_err(unusable)?;
        if !meta.is_dir() {
            return Err(unusable(std::io::ErrorKind::NotADirectory.into()));
        }
        let system = (path != Path::new(DEFAULT_ROOT)).then(|| path.join("system"));
        Ok(Self { path: path.to_owned(), system, uid: meta.uid(), gid: meta.gid() })
    }

    /// The user and the group that own the root directory, and so all that is below it.
    #[must_use]
    pub fn owner(&self) -> (u32, u32) {
        (self.uid, self.gid)
    }

    /// The root directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path given relative to the root, as a layer's is.
    #[must_use]
    pub fn join(&self, relative: &str) -> PathBuf {
        self.path.join(relative)
    }

    /// `overlays/`.
    #[must_use]
    pub fn overlays(&self) -> PathBuf {
        self.path.join("overlays")
    }

    /// What a reference of a spec names: a link to a published tree or a plain directory.
    #[must_use]
    pub fn overlay(&self, reference: &OverlayRef) -> PathBuf {
        self.overlays().join(reference.as_str())
    }

    /// `trees/`.
    #[must_use]
    pub fn trees(&self) -> PathBuf {
        self.path.join("trees")
    }

    /// The directory that holds the published trees of a build.
    #[must_use]
    pub fn trees_of(&self, build: &BuildName) -> PathBuf {
        self.path.join(tree_directory(build))
    }

    /// One published tree.
    #[must_use]
    pub fn tree(&self, tree: &TreeId) -> PathBuf {
        self.path.join(tree.path())
    }

    /// The link that names the current tree of a build.
    #[must_use]
    pub fn current_link(&self, build: &BuildName) -> PathBuf {
        match build {
            BuildName::Installation => self.path.join("installation"),
            BuildName::Overlay(id) => self.overlays().join(id.as_str()),
        }
    }

    /// `builds/`.
    #[must_use]
    pub fn builds(&self) -> PathBuf {
        self.path.join("builds")
    }

    /// The directory of one build under way.
    #[must_use]
    pub fn build(&self, build: &BuildName) -> PathBuf {
        self.builds().join(build.as_str())
    }

    /// `instances/`.
    #[must_use]
    pub fn instances(&self) -> PathBuf {
        self.path.join("instances")
    }

    /// The directory of one instance: spec, pins and arguments.
    #[must_use]
    pub fn instance(&self, name: &InstanceName) -> PathBuf {
        self.instances().join(name.as_str())
    }

    /// The directory with an instance's upper layer and work directory.
    #[must_use]
    pub fn runtime(&self, name: &InstanceName) -> PathBuf {
        self.path.join("runtime").join(name.as_str())
    }

    /// `locks/`.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.path.join("locks")
    }

    /// A file of the system by its absolute path, for looking only; below `<root>/system` when the root is moved.
    #[must_use]
    pub fn host(&self, path: &str) -> PathBuf {
        self.system.as_ref().map_or_else(|| PathBuf::from(path), |system| system.join(path.trim_start_matches('/')))
    }

    fn system(&self, moved: &str, real: &str) -> PathBuf {
        self.system.as_ref().map_or_else(|| PathBuf::from(real), |system| system.join(moved))
    }

    /// Where the helper records which layers each mounted stack has.
    #[must_use]
    pub fn mounted(&self) -> PathBuf {
        self.system("run/mounted", "/run/left4me/mounted")
    }

    /// Where the helper records how each unit last started and ended.
    #[must_use]
    pub fn last(&self) -> PathBuf {
        self.system("run/last", "/run/left4me/last")
    }

    /// Where builds and steamcmd leave their output.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.system("log", "/var/log/left4me")
    }

    /// The directory whose links say which units systemd starts at boot.
    #[must_use]
    pub fn wants(&self) -> PathBuf {
        self.system("wants", "/etc/systemd/system/multi-user.target.wants")
    }
}
