//! The three kinds of lock (invariant I6): files below `locks/` that are never removed, locked by flock(2).
//!
//! The kernel drops a lock with its holder, so that nothing has to be cleaned up after a kill. Order: an instance or a
//! build first, then the trees.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::exit::{self, ExitCode};
use crate::name::{BuildName, InstanceName};
use crate::root::Root;

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The lock file cannot be opened or locked.
    #[error("lock file {path} cannot be used")]
    Unusable {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ExitCode for LockError {
    fn exit_code(&self) -> u8 {
        exit::OS
    }
}

/// A lock that is held until it is dropped, and until the last subprocess that it was handed to is gone.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// The trees, shared: nothing that is current now is removed while it is held.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn trees_shared(root: &Root) -> Result<Self, LockError> {
        Self::wait(root, "trees", FlockOperation::LockShared)
    }

    /// The trees, alone: nobody resolves or publishes while it is held.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn trees_exclusive(root: &Root) -> Result<Self, LockError> {
        Self::wait(root, "trees", FlockOperation::LockExclusive)
    }

    /// One instance; waits for the verb that holds it.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn instance(root: &Root, name: &InstanceName) -> Result<Self, LockError> {
        Self::wait(root, &format!("instance-{name}"), FlockOperation::LockExclusive)
    }

    /// One instance, when no verb holds it.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn try_instance(root: &Root, name: &InstanceName) -> Result<Option<Self>, LockError> {
        Self::take(root, &format!("instance-{name}"), FlockOperation::NonBlockingLockExclusive)
    }

    /// One build, when nobody builds it.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn try_build(root: &Root, build: &BuildName) -> Result<Option<Self>, LockError> {
        Self::take(root, &format!("build-{build}"), FlockOperation::NonBlockingLockExclusive)
    }

    /// Whether somebody builds it. Two who ask at once do not take each other for a build.
    ///
    /// # Errors
    /// [`LockError`] when the lock file cannot be used.
    pub fn is_building(root: &Root, build: &BuildName) -> Result<bool, LockError> {
        let lock = Self::take(root, &format!("build-{build}"), FlockOperation::NonBlockingLockShared)?;
        Ok(lock.is_none())
    }

    /// A second handle on the same lock, for a subprocess to hold.
    ///
    /// # Errors
    /// What dup(2) says.
    pub fn share(&self) -> std::io::Result<File> {
        self.file.try_clone()
    }

    fn wait(root: &Root, name: &str, operation: FlockOperation) -> Result<Self, LockError> {
        loop {
            if let Some(lock) = Self::take(root, name, operation)? {
                return Ok(lock);
            }
        }
    }

    fn take(root: &Root, name: &str, operation: FlockOperation) -> Result<Option<Self>, LockError> {
        let path = root.locks().join(name);
        let unusable = |source| LockError::Unusable { path: path.clone(), source };
        let open = || OpenOptions::new().create(true).truncate(false).read(true).append(true).mode(0o600).open(&path);
        let file = open()
            .or_else(|error| {
                if error.kind() != std::io::ErrorKind::NotFound {
                    return Err(error);
                }
                std::fs::create_dir_all(root.locks())?;
                open()
            })
            .map_err(unusable)?;
        match flock(&file, operation) {
            Ok(()) => Ok(Some(Self { file })),
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(None),
            Err(error) => Err(unusable(error.into())),
        }
    }
}
