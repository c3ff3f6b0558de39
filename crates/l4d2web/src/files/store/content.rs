use std::fmt;
use std::fs::File;
use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use super::Store;
use crate::files::editable::{self, EDIT_MAX};
use crate::files::{FilePath, FilesError, beneath};

/// Tells one content of a file from another: 32 hexadecimal digits of its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = format!("{:x}", Sha256::digest(bytes));
        hash.truncate(32);
        Self(hash)
    }

    /// Reads what a form sent back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 32 && digits).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text to edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// All of it.
    pub text: String,
    /// Which content that is.
    pub version: Version,
}

impl Store {
    /// Opens a file to download it, with its length.
    ///
    /// # Errors
    ///
    /// When it is not there or no file.
    pub fn file(&self, path: &FilePath) -> Result<(File, u64), FilesError> {
        let file = beneath::open_file(self.top(), path.as_str()).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput if self.is_folder(path).unwrap_or(false) => {
                FilesError::Kind { path: path.clone(), is: "a folder", wanted: "a file" }
            }
            std::io::ErrorKind::InvalidInput => {
                FilesError::Kind { path: path.clone(), is: "something else", wanted: "a file" }
            }
            _ => FilesError::of(path)(error),
        })?;
        let length = file.metadata().map_err(FilesError::of(path))?.len();
        Ok((file, length))
    }

    /// The text of a file, as long as it is one.
    ///
    /// # Errors
    ///
    /// When it is not there, too long, or no text.
    pub fn text(&self, path: &FilePath) -> Result<Text, FilesError> {
        let bytes = self.bytes(path)?;
        let version = Version::of(&bytes);
        let text = editable::judge(bytes).map_err(|why| FilesError::NotText { path: path.clone(), why })?;
        Ok(Text { text, version })
    }

    /// Which content a file has that can be edited.
    pub(super) fn version(&self, path: &FilePath) -> Result<Version, FilesError> {
        self.bytes(path).map(|bytes| Version::of(&bytes))
    }

    fn bytes(&self, path: &FilePath) -> Result<Vec<u8>, FilesError> {
        let (file, length) = self.file(path)?;
        let long = || FilesError::NotText { path: path.clone(), why: "it is longer than 1 MiB".to_owned() };
        if length > EDIT_MAX as u64 {
            return Err(long());
        }
        let mut bytes = Vec::new();
        file.take(EDIT_MAX as u64 + 1).read_to_end(&mut bytes).map_err(FilesError::of(path))?;
        if bytes.len() > EDIT_MAX { Err(long()) } else { Ok(bytes) }
    }
}
