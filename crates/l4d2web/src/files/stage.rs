//! `files/.left4me-staging/`: where everything is put together before it comes to its place. It is on the disk of the overlays, so that one
//! rename does that; a build never looks there.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use super::beneath;

/// Its name.
const NAME: &str = ".left4me-staging";

/// What a name in it is for; the first word of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A file that is being written.
    Edit,
    /// What was deleted, until all of it is gone.
    Trash,
    /// A piece of an upload.
    Upload,
    /// An archive that is being unpacked.
    Unpack,
}

impl Purpose {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Trash => "trash",
            Self::Upload => "upload",
            Self::Unpack => "unpack",
        }
    }
}

/// The directory.
#[derive(Debug)]
pub(super) struct Stage {
    files: OwnedFd,
    dir: OwnedFd,
}

impl Stage {
    /// Opens `files/` below the root and the directory in it, and makes what is not there.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let root = beneath::open_root(root)?;
        let files = beneath::make_dirs(root.as_fd(), std::iter::once("files"))?;
        let dir = beneath::make_dirs(files.as_fd(), std::iter::once(NAME))?;
        Ok(Self { files, dir })
    }

    pub(super) fn dir(&self) -> BorrowedFd<'_> {
        self.dir.as_fd()
    }

    /// `files/`, in which the overlays stand beside it.
    pub(super) fn files(&self) -> BorrowedFd<'_> {
        self.files.as_fd()
    }

    /// A name that nothing has.
    pub(super) fn name(purpose: Purpose) -> String {
        format!("{}-{:032x}", purpose.word(), rand::random::<u128>())
    }

    /// A new file.
    pub(super) fn file(&self, purpose: Purpose) -> io::Result<Draft<'_>> {
        let name = Self::name(purpose);
        let file = beneath::create(self.dir(), &name)?;
        Ok(Draft { stage: self, name: Some(name), file })
    }

    /// Removes what stands at `name` in `dir` for good: it is gone from there at once, whatever is in it.
    pub(super) fn discard(&self, dir: BorrowedFd<'_>, name: &str) -> io::Result<Trash<'_>> {
        let trash = Self::name(Purpose::Trash);
        beneath::rename_new(dir, name, self.dir(), &trash)?;
        Ok(Trash { stage: self, name: trash })
    }
}

/// A file that is being written; it is removed when it does not come to its place.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    stage: &'a Stage,
    name: Option<String>,
    pub(super) file: File,
}

impl Draft<'_> {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// It has come to its place.
    pub(super) fn placed(mut self) {
        self.name = None;
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name
            && let Err(error) = beneath::remove_tree(self.stage.dir(), name.as_str())
        {
            tracing::warn!(name, %error, "what was not written to its end could not be removed");
        }
    }
}

/// What was taken away, and is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Trash<'a> {
    stage: &'a Stage,
    name: String,
}

impl Trash<'_> {
    /// Gives it back; where that is not possible it stays in the staging directory, for somebody to find.
    pub(super) fn put_back(mut self, dir: BorrowedFd<'_>, name: &str) -> io::Result<()> {
        let kept = std::mem::take(&mut self.name);
        beneath::rename_new(self.stage.dir(), &kept, dir, name)
    }
}

impl Drop for Trash<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty()
            && let Err(error) = beneath::remove_tree(self.stage.dir(), self.name.as_str())
        {
            tracing::warn!(name = self.name, %error, "what was deleted could not be removed from the disk");
        }
    }
}
