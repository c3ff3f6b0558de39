//! The directory of a VPK.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::{Entry, VpkError};

/// The first bytes of every VPK.
const SIGNATURE: u32 = 0x55aa_1234;
/// The archive of what lies in the same file.
const THIS_FILE: u16 = 0x7fff;
/// What ends each entry.
const END: u16 = 0xffff;
/// The longest directory, and the most files, that are read. The largest campaigns have some 10,000.
const TREE_MAX: u32 = 32 * 1024 * 1024;
const ENTRIES_MAX: usize = 200_000;
/// The bytes of all names together, with their directories. The largest campaigns have less than one MiB.
const NAMES_MAX: usize = 16 * 1024 * 1024;
/// The longest name of a file, with its directories.
const PATH_MAX: usize = 1024;

/// What is in a VPK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    entries: Vec<Entry>,
}

/// What stands before the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    length: u64,
    tree: u32,
}

impl Directory {
    /// Reads the directory of a file, and nothing else of it.
    ///
    /// # Errors
    ///
    /// When it is no VPK, in several files, cut off, or too large; and when it cannot be read.
    pub fn read(file: &File) -> Result<Self, VpkError> {
        let size = file.metadata()?.len();
        let mut start = [0; 28];
        let read = usize::try_from(size.min(start.len() as u64)).unwrap_or_default();
        file.read_exact_at(&mut start[..read], 0)?;
        let header = Header::parse(&start[..read])?;
        if header.length + u64::from(header.tree) > size {
            return Err(VpkError::Cut);
        }
        let mut tree = vec![0; header.tree as usize];
        file.read_exact_at(&mut tree, header.length)?;
        Self::parse_tree(&tree, header.length, size)
    }

    /// Reads one that is in memory.
    ///
    /// # Errors
    ///
    /// As [`Directory::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, VpkError> {
        let header = Header::parse(&bytes[..bytes.len().min(28)])?;
        let begin = usize::try_from(header.length).unwrap_or(usize::MAX);
        let tree = bytes.get(begin..).and_then(|rest| rest.get(..header.tree as usize)).ok_or(VpkError::Cut)?;
        Self::parse_tree(tree, header.length, bytes.len() as u64)
    }

    /// Where the directory of an archive ends that begins with these bytes.
    ///
    /// # Errors
    ///
    /// When it is no VPK, or its directory is too long.
    pub fn end(start: &[u8]) -> Result<u64, VpkError> {
        let header = Header::parse(&start[..start.len().min(28)])?;
        Ok(header.length + u64::from(header.tree))
    }

    /// All files, in the order of the archive.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of a file; none when it is longer than `most`.
    ///
    /// # Errors
    ///
    /// When the archive cannot be read.
    pub fn bytes(&self, file: &File, entry: &Entry, most: usize) -> Result<Option<Vec<u8>>, VpkError> {
        let Ok(length) = usize::try_from(entry.length()) else { return Ok(None) };
        if length > most {
            return Ok(None);
        }
        let mut bytes = vec![0; length];
        let (head, rest) = bytes.split_at_mut(usize::from(entry.head.1));
        file.read_exact_at(head, entry.head.0)?;
        file.read_exact_at(rest, entry.rest.0)?;
        Ok(Some(bytes))
    }

    fn parse_tree(tree: &[u8], begin: u64, size: u64) -> Result<Self, VpkError> {
        let data = begin + tree.len() as u64;
        let mut reader = Reader { tree, at: 0 };
        let mut names = 0;
        let mut entries = Vec::new();
        loop {
            let extension = reader.name()?;
            if extension.is_empty() {
                break;
            }
            loop {
                let directory = reader.name()?;
                if directory.is_empty() {
                    break;
                }
                loop {
                    let name = reader.name()?;
                    if name.is_empty() {
                        break;
                    }
                    if entries.len() == ENTRIES_MAX {
                        return Err(VpkError::TooLarge("too many files"));
                    }
                    let path = path(directory, name, extension)?;
                    // A directory's name stands there once, and here with each of its files.
                    names += path.len();
                    if names > NAMES_MAX {
                        return Err(VpkError::TooLarge("too long names"));
                    }
                    entries.push(reader.entry(&path, begin, data, size)?);
                }
            }
        }
        Ok(Self { entries })
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, VpkError> {
        let word = |place: usize| {
            let bytes = bytes.get(place * 4..place * 4 + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        if word(0) != Some(SIGNATURE) {
            return Err(VpkError::Signature);
        }
        let length = match word(1).ok_or(VpkError::Cut)? {
            1 => 12,
            2 if bytes.len() < 28 => return Err(VpkError::Cut),
            2 => 28,
            version => return Err(VpkError::Version(version)),
        };
        let tree = word(2).ok_or(VpkError::Cut)?;
        if tree > TREE_MAX {
            return Err(VpkError::TooLarge("too long"));
        }
        Ok(Self { length, tree })
    }
}

struct Reader<'a> {
    tree: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A text up to a NUL.
    fn name(&mut self) -> Result<&'a [u8], VpkError> {
        let rest = &self.tree[self.at..];
        let length = rest.iter().take(PATH_MAX + 1).position(|byte| *byte == 0);
        let length = length.ok_or(VpkError::Directory(if rest.len() > PATH_MAX {
            "a name is too long"
        } else {
            "it ends in a name"
        }))?;
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], VpkError> {
        let bytes = self.tree[self.at..].first_chunk().ok_or(VpkError::Directory("it ends in an entry"))?;
        self.at += N;
        Ok(*bytes)
    }

    /// What follows the name of a file. The place of its bytes is checked against the length of the archive.
    fn entry(&mut self, path: &str, begin: u64, data: u64, size: u64) -> Result<Entry, VpkError> {
        let crc = u32::from_le_bytes(self.take()?);
        let preload = u16::from_le_bytes(self.take()?);
        let archive = u16::from_le_bytes(self.take()?);
        let offset = u32::from_le_bytes(self.take()?);
        let length = u32::from_le_bytes(self.take()?);
        if u16::from_le_bytes(self.take()?) != END {
            return Err(VpkError::Directory("an entry does not end"));
        }
        // What lies in the directory altogether needs no archive.
        if archive != THIS_FILE && length > 0 {
            return Err(VpkError::Chunks);
        }
        let head = (begin + self.at as u64, preload);
        if self.tree.len() - self.at < usize::from(preload) {
            return Err(VpkError::Directory("it ends in a file"));
        }
        self.at += usize::from(preload);
        let rest = if length == 0 { (data, 0) } else { (data + u64::from(offset), length) };
        if rest.0 + u64::from(length) > size {
            return Err(VpkError::Cut);
        }
        Ok(Entry { path: path.to_owned(), crc, head, rest })
    }
}

/// The whole path; a single space stands for nothing.
fn path(directory: &[u8], name: &[u8], extension: &[u8]) -> Result<String, VpkError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\\', "/");
    let mut path = String::new();
    if directory != b" " {
        path.push_str(text(directory).trim_matches('/'));
        path.push('/');
    }
    if name != b" " {
        path.push_str(&text(name));
    }
    if extension != b" " {
        path.push('.');
        path.push_str(&text(extension));
    }
    if path.len() > PATH_MAX { Err(VpkError::Directory("a path is too long")) } else { Ok(path) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn header(version: u32, tree: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [SIGNATURE, version, u32::try_from(tree.len()).unwrap()] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.resize(if version == 2 { 28 } else { 12 }, 0);
        bytes.extend(tree);
        bytes
    }

    /// `a/b.c` with 2 bytes in the directory and 3 after it.
    fn tree(archive: u16, length: u32) -> Vec<u8> {
        let mut tree = b"c\0a\0b\0".to_vec();
        tree.extend(7u32.to_le_bytes());
        tree.extend(2u16.to_le_bytes());
        tree.extend(archive.to_le_bytes());
        tree.extend(1u32.to_le_bytes());
        tree.extend(length.to_le_bytes());
        tree.extend(END.to_le_bytes());
        tree.extend(b"he\0\0\0");
        tree
    }

    #[rstest]
    #[case(1)]
    #[case(2)]
    fn both_versions_are_read(#[case] version: u32) {
        let mut bytes = header(version, &tree(THIS_FILE, 3));
        bytes.extend(b".llo");
        let directory = Directory::parse(&bytes).unwrap();
        let [entry] = directory.entries() else { panic!("{directory:?}") };
        assert_eq!((entry.path.as_str(), entry.length(), entry.crc), ("a/b.c", 5, 7));
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        assert_eq!(Directory::read(&file).unwrap(), directory);
        assert_eq!(directory.bytes(&file, entry, 5).unwrap().unwrap(), b"hello");
        assert_eq!(directory.bytes(&file, entry, 4).unwrap(), None);
    }

    #[test]
    fn what_is_cut_off_is_refused_at_each_byte() {
        let mut bytes = header(1, &tree(THIS_FILE, 3));
        bytes.extend(b".llo");
        for length in 0..bytes.len() {
            assert!(Directory::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[rstest]
    #[case(b"PK\x03\x04 a zip".to_vec(), "it is no VPK")]
    #[case(Vec::new(), "it is no VPK")]
    #[case(header(3, b"\0"), "of version 3")]
    #[case(header(1, &tree(0, 3)), "several files")]
    #[case(header(1, &tree(THIS_FILE, 3)), "cut off")]
    #[case(header(1, b"c\0a\0b\0"), "ends in an entry")]
    #[case(header(1, b"c\0a"), "ends in a name")]
    #[case(header(1, &[b'a'; 2000]), "a name is too long")]
    #[case([SIGNATURE.to_le_bytes(), 1u32.to_le_bytes(), u32::MAX.to_le_bytes()].concat(), "larger than what is read")]
    fn what_cannot_be_used_says_why(#[case] bytes: Vec<u8>, #[case] why: &str) {
        let error = Directory::parse(&bytes).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn what_lies_in_the_directory_needs_no_archive() {
        assert_eq!(Directory::parse(&header(1, &tree(0, 0))).unwrap().entries()[0].length(), 2);
    }

    #[rstest]
    #[case("maps/c1m1_Hotel.bsp", Some("c1m1_hotel"), false)]
    #[case("MAPS/A.BSP", Some("a"), false)]
    #[case("maps/sub/a.bsp", None, false)]
    #[case("maps/.bsp", None, false)]
    #[case("maps/a.nav", None, false)]
    #[case("maps/é.b", None, false)]
    #[case("missions/a.txt", None, true)]
    #[case("missions/a.cfg", None, false)]
    #[case("readme.txt", None, false)]
    fn maps_and_missions_are_known_by_their_paths(
        #[case] path: &str,
        #[case] map: Option<&str>,
        #[case] mission: bool,
    ) {
        let entry = Entry { path: path.to_owned(), crc: 0, head: (0, 0), rest: (0, 0) };
        assert_eq!((entry.map().as_deref(), entry.is_mission()), (map, mission));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, tree: Vec<u8>) {
            let _ = Directory::parse(&bytes);
            let _ = Directory::parse(&header(1, &tree));
        }

        /// One wrong byte anywhere in the directory is refused or changes what it says, and never what is read outside of the archive.
        #[test]
        fn one_wrong_byte_stays_within_the_archive(place in 0usize..60, byte: u8) {
            let mut bytes = header(1, &tree(THIS_FILE, 3));
            bytes.extend(b".llo");
            let place = place % bytes.len();
            bytes[place] = byte;
            if let Ok(directory) = Directory::parse(&bytes) {
                for entry in directory.entries() {
                    prop_assert!(entry.rest.0 + u64::from(entry.rest.1) <= bytes.len() as u64);
                    prop_assert!(entry.head.0 + u64::from(entry.head.1) <= bytes.len() as u64);
                }
            }
        }
    }
}
