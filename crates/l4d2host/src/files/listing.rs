//! What a listing says, for people and as JSON.

use rustix::fs::FileType;
use serde::Serialize;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    /// A device node.
    Device,
}

impl Kind {
    pub(super) fn of(kind: FileType) -> Self {
        match kind {
            FileType::Directory => Self::Directory,
            FileType::RegularFile => Self::File,
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => Self::Device,
        }
    }

    /// The kind in a sentence.
    #[must_use]
    pub fn article(self) -> &'static str {
        match self {
            Self::Directory => "a directory",
            Self::File => "a file",
            Self::Symlink => "a symbolic link",
            Self::Fifo => "a fifo",
            Self::Socket => "a socket",
            Self::Device => "a device node",
        }
    }
}

/// One entry of a merged directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// Its name; bytes that are not UTF-8 are replaced by U+FFFD.
    pub name: String,
    /// The bytes of the name in hexadecimal; only there when the name is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// Where a symbolic link points; bytes that are not UTF-8 are replaced.
    pub target: Option<String>,
}

/// One layer of what is listed, the one on top first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerInfo {
    /// As entries name it.
    pub layer: String,
    /// Its path relative to the root.
    pub path: String,
}

/// Which part of a directory to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many entries to leave out.
    pub offset: usize,
    /// How many to list at most.
    pub limit: usize,
}

/// A page of a merged directory: directories first, then by the bytes of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The directory; empty for the top.
    pub path: String,
    /// All layers of the server or the overlay.
    pub layers: Vec<LayerInfo>,
    /// How many entries the directory has.
    pub total: usize,
    /// How many were left out before the first of these.
    pub offset: usize,
    /// The entries.
    pub entries: Vec<FileEntry>,
    /// What is odd, in plain words: a layer that is missing, a directory that cannot be read.
    pub warnings: Vec<String>,
}
