use std::os::fd::AsFd as _;

use rustix::fs::{AtFlags, FileType, fsync, unlinkat};

use super::Store;
use crate::files::{FilePath, FilesError, beneath};

impl Store {
    /// Deletes a file, or a folder with all that is in it: that is gone from its place at once and whole.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn remove(&self, path: &FilePath) -> Result<(), FilesError> {
        let failed = |error| FilesError::of(path)(error);
        let lock = self.write();
        let (dir, name) = self.parent(path)?;
        let found = beneath::stat(dir.as_fd(), name.as_str()).map_err(failed)?;
        let found = found.ok_or_else(|| FilesError::Missing(path.clone()))?;
        let trash = if beneath::kind(&found) == FileType::Directory {
            Some(self.stage.discard(dir.as_fd(), &name).map_err(failed)?)
        } else {
            unlinkat(&dir, name.as_str(), AtFlags::empty()).map_err(|error| failed(error.into()))?;
            None
        };
        fsync(&dir).map_err(|error| failed(error.into()))?;
        drop(lock);
        // Taking it off the disk may last, and nobody has to wait for that.
        drop(trash);
        Ok(())
    }

    /// Deletes all of it, with its own directory: the overlay is gone.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn remove_all(self) -> Result<(), FilesError> {
        let top = FilePath::default();
        let lock = self.write();
        let trash = self.stage.discard(self.stage.files(), &self.overlay.to_string()).map_err(FilesError::of(&top))?;
        drop(lock);
        drop(trash);
        Ok(())
    }
}
