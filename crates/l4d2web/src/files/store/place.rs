use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{FileType, fsync, renameat};

use super::Store;
use crate::files::{FilePath, FilesError, PathError, beneath};

/// How many names are tried for a copy.
const TRIES: u32 = 1000;

/// What is done when something has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnTaken {
    /// Nothing; it is refused.
    #[default]
    Refuse,
    /// What is there goes.
    Replace,
    /// What comes gets a number: `server (2).cfg`.
    KeepBoth,
    /// What comes goes. Of an archive, that is the files whose names are taken.
    Keep,
}

impl OnTaken {
    /// As a form has it; what is not known asks again.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "replace" => Self::Replace,
            "both" => Self::KeepBoth,
            "keep" => Self::Keep,
            _ => Self::Refuse,
        }
    }

    /// As a form and the database have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refuse => "ask",
            Self::Replace => "replace",
            Self::KeepBoth => "both",
            Self::Keep => "keep",
        }
    }
}

impl Store {
    /// Brings what stands at `name` in `from` to its place by one rename, makes the folders on the way, and syncs; where it came to. The caller
    /// holds the writers' lock.
    pub(in crate::files) fn place(
        &self,
        from: BorrowedFd<'_>,
        name: &str,
        to: &FilePath,
        on_taken: OnTaken,
    ) -> Result<FilePath, FilesError> {
        let wanted = to.name().ok_or(PathError::Nothing)?;
        let failed = |error| FilesError::of(to)(error);
        let folder = to.parent();
        let dir = beneath::make_dirs(self.top(), folder.names()).map_err(FilesError::of(&folder))?;
        let mut placed = wanted.clone();
        match on_taken {
            OnTaken::Refuse | OnTaken::Keep => {
                beneath::rename_new(from, name, dir.as_fd(), wanted.as_str()).map_err(failed)?;
            }
            OnTaken::KeepBoth => {
                let mut number = 1;
                loop {
                    match beneath::rename_new(from, name, dir.as_fd(), placed.as_str()) {
                        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < TRIES => {
                            number += 1;
                            placed = wanted.numbered(number);
                        }
                        other => break other.map_err(failed)?,
                    }
                }
            }
            OnTaken::Replace => self.replace(from, name, dir.as_fd(), wanted.as_str()).map_err(failed)?,
        }
        fsync(&dir).map_err(|error| failed(error.into()))?;
        Ok(folder.child(&placed)?)
    }

    /// Takes the place of whatever is there.
    pub(in crate::files) fn replace(
        &self,
        from: BorrowedFd<'_>,
        name: &str,
        dir: BorrowedFd<'_>,
        wanted: &str,
    ) -> std::io::Result<()> {
        let is_folder =
            |stat: Option<rustix::fs::Stat>| stat.is_some_and(|stat| beneath::kind(&stat) == FileType::Directory);
        let here = beneath::stat(dir, wanted)?;
        if here.is_none() {
            match beneath::rename_new(from, name, dir, wanted) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                other => return other,
            }
        }
        if !is_folder(beneath::stat(dir, wanted)?) && !is_folder(beneath::stat(from, name)?) {
            return Ok(renameat(from, name, dir, wanted)?);
        }
        // What goes is taken away first, and comes back when the other does not come: whoever was killed in between finds the new one where it
        // was, and doing the same again never takes the wrong one.
        let gone = self.stage.discard(dir, wanted)?;
        if let Err(error) = beneath::rename_new(from, name, dir, wanted) {
            gone.put_back(dir, wanted)?;
            return Err(error);
        }
        drop(gone);
        Ok(())
    }
}
