//! Writing a VPK.

use std::collections::BTreeMap;

/// The files of one extension in one directory.
type Names<'a> = Vec<(&'a str, &'a [u8])>;

/// A VPK of version 1 or 2 with these files.
pub(crate) fn vpk(version: u32, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut levels: BTreeMap<&str, BTreeMap<&str, Names>> = BTreeMap::new();
    for (path, bytes) in files {
        let (directory, name) = path.rsplit_once('/').unwrap_or((" ", path));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, " "));
        let stem = if stem.is_empty() { " " } else { stem };
        levels.entry(extension).or_default().entry(directory).or_default().push((stem, bytes));
    }
    let (mut tree, mut data): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let text = |tree: &mut Vec<u8>, text: &str| {
        tree.extend(text.as_bytes());
        tree.push(0);
    };
    for (extension, directories) in levels {
        text(&mut tree, extension);
        for (directory, names) in directories {
            text(&mut tree, directory);
            for (name, bytes) in names {
                text(&mut tree, name);
                tree.extend(0u32.to_le_bytes()); // the checksum, which nothing here looks at
                tree.extend(0u16.to_le_bytes());
                tree.extend(0x7fffu16.to_le_bytes());
                tree.extend(small(data.len()).to_le_bytes());
                tree.extend(small(bytes.len()).to_le_bytes());
                tree.extend(0xffffu16.to_le_bytes());
                data.extend(bytes);
            }
            tree.push(0);
        }
        tree.push(0);
    }
    tree.push(0);
    let mut file = Vec::new();
    for word in [0x55aa_1234, version, small(tree.len())] {
        file.extend(word.to_le_bytes());
    }
    if version == 2 {
        for word in [small(data.len()), 0, 0, 0] {
            file.extend(word.to_le_bytes());
        }
    }
    file.extend(tree);
    file.extend(data);
    file
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a stand-in's file is small")
}
