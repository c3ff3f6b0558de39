//! How the stand-in changes files: by rename, or in place.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// What is compared and written at a time in place.
const BLOCK: usize = 65_536;

/// Writes a file beside its place, then moves it there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let new = PathBuf::from(format!("{}.part", path.display()));
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}

/// Writes only the blocks that differ, into the file that is there.
pub(crate) fn patch(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = fs::read(path)?;
    let file = fs::OpenOptions::new().write(true).open(path)?;
    for (at, block) in bytes.chunks(BLOCK).enumerate() {
        let start = at * BLOCK;
        if old.get(start..start + block.len()) != Some(block) {
            file.write_all_at(block, start as u64)?;
        }
    }
    file.set_len(bytes.len() as u64)
}

/// Removes a directory with all in it, if it is there.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
