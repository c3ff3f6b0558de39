use std::os::fd::AsFd as _;

use rustix::fs::{Mode, fsync, mkdirat};

use super::Store;
use crate::files::{FilePath, FilesError, PathError, beneath};

impl Store {
    /// Makes a folder, and those on the way to it.
    ///
    /// # Errors
    ///
    /// When something is there already.
    pub fn make_folder(&self, path: &FilePath) -> Result<(), FilesError> {
        let name = path.name().ok_or(PathError::Nothing)?;
        let _lock = self.write();
        let parent = path.parent();
        let dir = beneath::make_dirs(self.top(), parent.names()).map_err(FilesError::of(&parent))?;
        let made = mkdirat(&dir, name.as_str(), Mode::from_raw_mode(0o755)).and_then(|()| fsync(dir.as_fd()));
        made.map_err(|error| FilesError::of(path)(error.into()))
    }
}
