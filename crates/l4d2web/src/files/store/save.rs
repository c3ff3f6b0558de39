use std::io::Write as _;

use rustix::fs::{Mode, fchmod};

use super::{OnTaken, SHARED_FROM, Store, Version};
use crate::files::editable::EDIT_MAX;
use crate::files::stage::{Draft, Purpose};
use crate::files::{FilePath, FilesError};

/// What a text is saved over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A new file.
    Nothing,
    /// The content that was read.
    This(Version),
    /// Whatever is there.
    Anything,
}

impl Store {
    /// Saves text, which a reader sees whole or not at all; which content that is now.
    ///
    /// # Errors
    ///
    /// When the file is not as expected, the text is too long, or the disk has no room.
    pub fn save(&self, path: &FilePath, text: &str, expected: &Expected) -> Result<Version, FilesError> {
        if text.len() > EDIT_MAX {
            return Err(FilesError::LongText(text.len()));
        }
        self.reserve.fits(self.top(), text.len() as u64)?;
        let failed = FilesError::of(path);
        let mut draft = match self.stage.file(Purpose::Edit) {
            Ok(draft) => draft,
            Err(error) => return Err(failed(error)),
        };
        if let Err(error) = draft.file.write_all(text.as_bytes()) {
            return Err(failed(error));
        }
        seal(&draft.file, path)?;
        let _lock = self.write();
        let on_taken = match expected {
            Expected::Nothing => OnTaken::Refuse,
            Expected::Anything => OnTaken::Replace,
            Expected::This(version) => match self.version(path) {
                Ok(found) if found == *version => OnTaken::Replace,
                Ok(_) | Err(FilesError::NotText { .. } | FilesError::Kind { .. }) => {
                    return Err(FilesError::Changed(path.clone()));
                }
                Err(error) => return Err(error),
            },
        };
        self.no_folder(path)?;
        self.settle(draft, path, on_taken)?;
        Ok(Version::of(text.as_bytes()))
    }

    /// Brings a draft to its place.
    fn settle(&self, draft: Draft<'_>, path: &FilePath, on_taken: OnTaken) -> Result<FilePath, FilesError> {
        let placed = self.place(self.stage.dir(), draft.name(), path, on_taken)?;
        draft.placed();
        Ok(placed)
    }

    /// Text does not take the place of a folder.
    fn no_folder(&self, path: &FilePath) -> Result<(), FilesError> {
        match self.is_folder(path) {
            Ok(true) => Err(FilesError::Kind { path: path.clone(), is: "a folder", wanted: "a file" }),
            Ok(false) | Err(FilesError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Gives a finished file its mode, and makes sure that it is on the disk.
pub(in crate::files) fn seal(file: &std::fs::File, path: &FilePath) -> Result<(), FilesError> {
    let length = file.metadata().map_err(FilesError::of(path))?.len();
    let mode = if length >= SHARED_FROM { 0o444 } else { 0o644 };
    fchmod(file, Mode::from_raw_mode(mode)).map_err(|error| FilesError::of(path)(error.into()))?;
    file.sync_all().map_err(FilesError::of(path))
}
