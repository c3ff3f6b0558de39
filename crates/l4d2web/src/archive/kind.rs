use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::ArchiveError;

/// What an archive is, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// .zip
    Zip,
    /// .7z
    SevenZ,
    /// .rar, which is not taken
    Rar,
}

impl Kind {
    /// Looks at the first bytes.
    pub(super) fn of(file: &File) -> Result<Self, ArchiveError> {
        let mut head = [0; 8];
        let mut read = 0;
        while read < head.len() {
            match file.read_at(&mut head[read..], read as u64).map_err(ArchiveError::Read)? {
                0 => break,
                more => read += more,
            }
        }
        match &head[..read] {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Self::Zip),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Ok(Self::SevenZ),
            [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Ok(Self::Rar),
            _ => Err(ArchiveError::Unknown),
        }
    }

    /// Whether a file of that name is one that is unpacked, or would be if it could be.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "zip" => Some(Self::Zip),
            "7z" => Some(Self::SevenZ),
            "rar" => Some(Self::Rar),
            _ => None,
        }
    }
}
