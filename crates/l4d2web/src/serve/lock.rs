use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::db::DbError;

/// Held by the one process that serves a database; the kernel drops it with its holder.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock beside the database, `<file>.lock`.
    ///
    /// # Errors
    ///
    /// When another process holds it, or the file cannot be made.
    pub fn take(database: &Path) -> Result<Self, DbError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock)
            .map_err(|source| DbError::File { what: "open", path: lock.clone(), source })?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| DbError::Busy { path: database.to_owned(), lock })?;
        Ok(Self { _file: file })
    }
}
