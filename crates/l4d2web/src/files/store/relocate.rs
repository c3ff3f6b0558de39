use std::os::fd::AsFd as _;

use rustix::fs::fsync;

use super::{OnTaken, Store};
use crate::files::path::{DEPTH_MAX, PATH_MAX};
use crate::files::{FilePath, FilesError, PathError, beneath};

impl Store {
    /// Gives a file or folder another path, and says which one it got.
    ///
    /// # Errors
    ///
    /// When it is not there, something is at the new path and may not be replaced, or a folder would come into itself.
    pub fn relocate(&self, from: &FilePath, to: &FilePath, on_taken: OnTaken) -> Result<FilePath, FilesError> {
        if to.is_top() {
            return Err(PathError::Nothing.into());
        }
        let _lock = self.write();
        let (dir, name) = self.parent(from)?;
        let found = beneath::stat(dir.as_fd(), name.as_str()).map_err(FilesError::of(from))?;
        found.ok_or_else(|| FilesError::Missing(from.clone()))?;
        if from == to {
            return Ok(to.clone());
        }
        if to.is_within(from) || (on_taken == OnTaken::Replace && from.is_within(to)) {
            return Err(FilesError::Cycle(from.clone()));
        }
        self.fits_at(from, to)?;
        let placed = self.place(dir.as_fd(), &name, to, on_taken)?;
        fsync(&dir).map_err(|error| FilesError::of(from)(error.into()))?;
        Ok(placed)
    }

    /// Whether all that is in a folder can still be named at its new path.
    fn fits_at(&self, from: &FilePath, to: &FilePath) -> Result<(), FilesError> {
        if !self.is_folder(from)? || (to.depth() <= from.depth() && to.as_str().len() <= from.as_str().len()) {
            return Ok(());
        }
        let weight = self.weigh(from)?;
        let (deep, long) = (to.depth() + weight.deepest, to.as_str().len() + weight.longest);
        if deep > DEPTH_MAX {
            return Err(PathError::Deep(deep).into());
        }
        if long > PATH_MAX {
            return Err(PathError::Long(long).into());
        }
        Ok(())
    }
}
