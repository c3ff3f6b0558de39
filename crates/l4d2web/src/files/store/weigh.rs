use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::FileType;

use super::Store;
use crate::files::path::OWN_PREFIX;
use crate::files::{FilePath, FilesError, beneath};

/// How many files and folders are looked at in one go.
pub const MOST: usize = 500_000;
/// Folders that are nested deeper are not entered: nothing of ours is.
const DEEPEST: usize = 64;

/// What a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Files, and whatever else is no folder.
    pub files: usize,
    /// Folders.
    pub folders: usize,
    /// The lengths of all files.
    pub bytes: u64,
    /// How many names the deepest path in it has.
    pub deepest: usize,
    /// How long the longest path in it is, with the slash before it.
    pub longest: usize,
}

impl Store {
    /// Looks through a folder with all that is in it; a file is one file.
    ///
    /// # Errors
    ///
    /// When it is not there, or holds more than [`MOST`].
    pub fn weigh(&self, path: &FilePath) -> Result<Weight, FilesError> {
        let mut weight = Weight::default();
        if !self.is_folder(path)? {
            let (dir, name) = self.parent(path)?;
            let stat = beneath::stat(dir.as_fd(), name.as_str()).map_err(FilesError::of(path))?;
            weight.files = 1;
            weight.bytes = stat.map_or(0, |stat| stat.st_size.try_into().unwrap_or(0));
            return Ok(weight);
        }
        walk(&self.dir(path)?, 1, 0, path, &mut weight)?;
        Ok(weight)
    }
}

fn walk(dir: &OwnedFd, depth: usize, length: usize, path: &FilePath, weight: &mut Weight) -> Result<(), FilesError> {
    let mut folders = Vec::new();
    let looked = beneath::entries(dir.as_fd(), |name, kind| {
        if name.to_bytes().starts_with(OWN_PREFIX.as_bytes()) {
            return Ok(());
        }
        let long = length + 1 + name.to_bytes().len();
        weight.deepest = weight.deepest.max(depth);
        weight.longest = weight.longest.max(long);
        if kind == FileType::Directory {
            weight.folders += 1;
            folders.push((name.to_owned(), long));
        } else {
            weight.files += 1;
            if kind == FileType::RegularFile
                && let Some(stat) = beneath::stat(dir.as_fd(), name)?
            {
                weight.bytes = weight.bytes.saturating_add(stat.st_size.try_into().unwrap_or(0));
            }
        }
        Ok(())
    });
    looked.map_err(FilesError::of(path))?;
    if weight.files + weight.folders > MOST || depth > DEEPEST {
        return Err(FilesError::Many { path: path.clone(), most: MOST });
    }
    for (name, long) in folders {
        match beneath::open_dir_named(dir.as_fd(), &name) {
            Ok(below) => walk(&below, depth + 1, long, path, weight)?,
            // Gone meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(FilesError::of(path)(error)),
        }
    }
    Ok(())
}
