//! From the staging directory into an overlay: what is new comes by one rename, whole folders at a time.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, syncfs};

use crate::files::{FileName, FilePath, FilesError, OnTaken, Store, beneath};

impl Store {
    /// What of a staged folder has a name that is taken in `into`: one of them, and how many there are.
    pub(in crate::files) fn clashes(
        &self,
        staged: &str,
        into: &FilePath,
    ) -> Result<(Option<FilePath>, usize), FilesError> {
        let from = beneath::open_dir(self.stage.dir(), staged).map_err(FilesError::of(into))?;
        let mut found = (None, 0);
        self.compare(&from, into, &mut found)?;
        Ok(found)
    }

    fn compare(
        &self,
        from: &OwnedFd,
        into: &FilePath,
        found: &mut (Option<FilePath>, usize),
    ) -> Result<(), FilesError> {
        let here = match self.dir(into) {
            Ok(here) => Some(here),
            Err(FilesError::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        for (name, kind) in entries(from.as_fd(), into)? {
            // Also for what is new: all of it must have a path.
            let path = into.child(&name)?;
            let there = match &here {
                Some(here) => beneath::stat(here.as_fd(), name.as_str()).map_err(FilesError::of(&path))?,
                None => None,
            };
            let there = there.map(|stat| beneath::kind(&stat));
            if kind == FileType::Directory && matches!(there, None | Some(FileType::Directory)) {
                let below = beneath::open_dir(from.as_fd(), name.as_str()).map_err(FilesError::of(&path))?;
                self.compare(&below, &path, found)?;
            } else if there.is_some() {
                found.0.get_or_insert(path);
                found.1 += 1;
            }
        }
        Ok(())
    }

    /// Brings all of a staged folder into `into`; how many files came, and how many were left since something is there. What came before this
    /// was interrupted is not staged any more, so that it is right to do it again.
    pub(in crate::files) fn merge(
        &self,
        staged: &str,
        into: &FilePath,
        on_taken: OnTaken,
    ) -> Result<(usize, usize), FilesError> {
        let from = beneath::open_dir(self.stage.dir(), staged).map_err(FilesError::of(into))?;
        let _lock = self.write();
        self.compare(&from, into, &mut (None, 0))?;
        let mut counts = (0, 0);
        self.bring(&from, into, on_taken, &mut counts)?;
        syncfs(self.top()).map_err(|error| FilesError::of(into)(error.into()))?;
        Ok(counts)
    }

    fn bring(
        &self,
        from: &OwnedFd,
        into: &FilePath,
        on_taken: OnTaken,
        counts: &mut (usize, usize),
    ) -> Result<(), FilesError> {
        let here = beneath::make_dirs(self.top(), into.names()).map_err(FilesError::of(into))?;
        for (name, kind) in entries(from.as_fd(), into)? {
            let path = into.child(&name)?;
            let failed = |error| FilesError::of(&path)(error);
            let count = if kind == FileType::Directory {
                let below = beneath::open_dir(from.as_fd(), name.as_str()).map_err(failed)?;
                let there = beneath::stat(here.as_fd(), name.as_str()).map_err(failed)?;
                if there.is_some_and(|stat| beneath::kind(&stat) == FileType::Directory) {
                    self.bring(&below, &path, on_taken, counts)?;
                    continue;
                }
                count(&below).map_err(failed)?
            } else {
                1
            };
            match beneath::rename_new(from.as_fd(), name.as_str(), here.as_fd(), name.as_str()) {
                Ok(()) => counts.0 += count,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    if on_taken == OnTaken::Replace {
                        self.replace(from.as_fd(), name.as_str(), here.as_fd(), name.as_str()).map_err(failed)?;
                        counts.0 += count;
                    } else {
                        counts.1 += count;
                    }
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }
}

fn entries(dir: BorrowedFd<'_>, path: &FilePath) -> Result<Vec<(FileName, FileType)>, FilesError> {
    let mut found = Vec::new();
    let read = beneath::entries(dir, |name, kind| {
        if let Some(name) = name.to_str().ok().and_then(|name| FileName::parse(name).ok()) {
            found.push((name, kind));
        }
        Ok(())
    });
    read.map_err(FilesError::of(path))?;
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn count(dir: &OwnedFd) -> std::io::Result<usize> {
    let (mut files, mut folders) = (0, Vec::new());
    beneath::entries(dir.as_fd(), |name, kind| {
        if kind == FileType::Directory {
            folders.push(name.to_owned());
        } else {
            files += 1;
        }
        Ok(())
    })?;
    for name in folders {
        files += count(&beneath::open_dir_named(dir.as_fd(), &name)?)?;
    }
    Ok(files)
}
