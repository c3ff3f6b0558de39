//! `l4d2ctl files`

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A directory, merged from all layers that have it.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link; it is not followed.
    Symlink,
    /// A fifo.
    Fifo,
    /// A socket.
    Socket,
    /// A device node, or something that is not known here.
    #[serde(other)]
    Device,
}

/// One entry of a merged directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name; bytes that are not UTF-8 are replaced by U+FFFD.
    pub name: String,
    /// The bytes of the name in hexadecimal; only when it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_hex: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// The layer that it comes from: `upper`, an overlay's reference or `installation`; of a directory the one on top.
    pub layer: String,
    /// The size of a regular file in bytes.
    pub size: Option<u64>,
    /// When it was last changed, in seconds since 1970.
    pub mtime: i64,
    /// Its mode in octal, four digits.
    pub mode: String,
    /// Where a symbolic link points.
    pub target: Option<String>,
}

impl FileEntry {
    /// The name as the file system has it, for a path.
    #[must_use]
    pub fn file_name(&self) -> OsString {
        let bytes = self.name_hex.as_deref().and_then(bytes_of);
        bytes.map_or_else(|| self.name.clone().into(), OsString::from_vec)
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// One layer of what is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerInfo {
    /// As entries name it.
    pub layer: String,
    /// Its path relative to the root directory.
    pub path: String,
}

/// A page of a merged directory: directories first, then by the bytes of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The directory; empty for the top.
    pub path: String,
    /// All layers, the one on top first.
    pub layers: Vec<LayerInfo>,
    /// How many entries the directory has.
    pub total: usize,
    /// How many were left out before the first of these.
    pub offset: usize,
    /// The entries.
    pub entries: Vec<FileEntry>,
    /// What is odd, in plain words.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn golden() {
        let listing: Listing = check_golden(include_str!("../../../../l4d2host/tests/golden/files.json"));
        assert_eq!(listing.entries[0].file_name(), "game.vpk");
    }

    #[test]
    fn a_name_that_is_no_text_keeps_its_bytes() {
        let json = r#"{"name":"a�","name_hex":"61ff","kind":"whiteout","layer":"upper","size":1,"mtime":0,"mode":"0644","target":null}"#;
        let entry: FileEntry = serde_json::from_str(json).unwrap();
        assert_eq!(entry.file_name().as_bytes(), b"a\xff");
        assert_eq!(entry.kind, Kind::Device);
        assert_eq!(bytes_of("6"), None);
        assert_eq!(bytes_of("6g"), None);
    }
}
