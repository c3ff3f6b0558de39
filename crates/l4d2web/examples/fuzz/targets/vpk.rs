//! The directory of a VPK.

use l4d2web::vpk::{Directory, Entry, VpkError};

use super::{Words, about, kind};

pub(super) const WORDS: Words = Words {
    tokens: &[
        b"\x34\x12\xaa\x55\x01\0\0\0",
        b"\x34\x12\xaa\x55\x02\0\0\0",
        b"bsp\0maps\0a\0",
        b"txt\0missions\0a\0",
        b" \0 \0 \0",
        b"\0\0\0\0\0\0\xff\x7f\0\0\0\0\0\0\0\0\xff\xff",
        b"\xff\x7f",
        b"\0\0\0",
        b"../",
    ],
    longest: 16 * 1024,
};

pub(super) fn run(input: &[u8]) -> u64 {
    match Directory::parse(input) {
        Ok(directory) => {
            let entries = directory.entries();
            assert!(entries.len() * 19 <= input.len(), "each file has its bytes in the directory");
            for entry in entries {
                assert!(entry.path.len() <= 4 * 1024, "a path is bounded");
                assert!(entry.length() <= input.len() as u64 * 2, "a file lies within the archive");
            }
            let shape = |entry: &Entry| {
                (
                    entry.map().is_some(),
                    entry.is_mission(),
                    about(usize::try_from(entry.length()).unwrap_or(0)),
                    entry.path.contains('/'),
                )
            };
            kind((about(entries.len()), entries.iter().take(3).map(shape).collect::<Vec<_>>()))
        }
        Err(VpkError::Signature) => 1,
        Err(VpkError::Version(version)) => kind((2, version.min(4))),
        Err(VpkError::Cut) => 3,
        Err(VpkError::Directory(what) | VpkError::TooLarge(what)) => kind(what),
        Err(VpkError::Chunks) => 4,
        Err(VpkError::Io(error)) => panic!("nothing is read from a disk: {error}"),
    }
}
