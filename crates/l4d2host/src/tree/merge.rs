//! What a build changed, laid over the clone of its base: the reading of an upper layer without mounting it.
//!
//! Files are linked, never copied, renamed or changed: what is read stays whole, so that a merge that was killed can be
//! done again.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, Mode, fgetxattr, mkdirat, statat};
use rustix::io::Errno;

use super::attributes::stamp;
use super::settle::{DIRECTORY_MODE, is_whiteout};
use crate::beneath::{Entry, entries, link, open_dir_beneath, remove_tree};

/// Lays the upper layer `from` over the tree `to`.
///
/// # Errors
/// What the system calls say.
pub fn merge(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    for entry in entries(from)? {
        match entry.kind {
            FileType::Directory => merge_directory(from, to, &entry)?,
            FileType::CharacterDevice if whiteout(from, &entry)? => {
                remove_tree(to, entry.name.as_c_str())?;
            }
            _ => match link(from, to, &entry.name) {
                Err(Errno::EXIST) => {
                    remove_tree(to, entry.name.as_c_str())?;
                    link(from, to, &entry.name)?;
                }
                other => other?,
            },
        }
    }
    stamp(from, to)
}

fn whiteout(dir: BorrowedFd<'_>, entry: &Entry) -> io::Result<bool> {
    Ok(is_whiteout(&statat(dir, entry.name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW)?))
}

fn merge_directory(from: BorrowedFd<'_>, to: BorrowedFd<'_>, entry: &Entry) -> io::Result<()> {
    let name = entry.name.as_c_str();
    let below = open_dir_beneath(from, name)?;
    if is_opaque(below.as_fd())? {
        remove_tree(to, name)?;
    }
    match mkdirat(to, name, Mode::from_raw_mode(DIRECTORY_MODE)) {
        Ok(()) => {}
        Err(Errno::EXIST) => {
            let there = statat(to, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if FileType::from_raw_mode(there.st_mode) != FileType::Directory {
                remove_tree(to, name)?;
                mkdirat(to, name, Mode::from_raw_mode(DIRECTORY_MODE))?;
            }
        }
        Err(error) => return Err(error.into()),
    }
    let target = open_dir_beneath(to, name)?;
    merge(below.as_fd(), target.as_fd())
}

/// Whether a directory of an upper layer hides what the layers below have at its place.
///
/// # Errors
/// What getxattr(2) says; a file system without attributes has no such directory.
pub fn is_opaque(dir: BorrowedFd<'_>) -> io::Result<bool> {
    let mut value = [0_u8; 8];
    match fgetxattr(dir, "user.overlay.opaque", &mut value) {
        Ok(length) => Ok(value.get(..length) == Some(b"y".as_slice())),
        Err(Errno::NODATA | Errno::NOTSUP | Errno::RANGE) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use std::fs;
    use std::path::Path;

    fn tree(root: &Path, files: &[&str]) {
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, root.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
    }

    #[test]
    fn files_directories_and_opaque_marks_are_applied() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        tree(&base, &["kept", "changed", "opaque/old", "merged/old", "file-to-dir", "dir-to-file/x"]);
        tree(&upper, &["changed", "opaque/new", "merged/new", "file-to-dir/x", "dir-to-file", "new/deep/er"]);
        rustix::fs::setxattr(upper.join("opaque"), "user.overlay.opaque", b"y", rustix::fs::XattrFlags::empty())
            .unwrap();
        let (from, to) = (open_dir(&upper).unwrap(), open_dir(&base).unwrap());
        for _ in 0..2 {
            merge(from.as_fd(), to.as_fd()).unwrap();
            let read = |path: &str| fs::read_to_string(base.join(path)).unwrap();
            assert_eq!(read("kept"), "base");
            for path in ["changed", "opaque/new", "merged/new", "file-to-dir/x", "dir-to-file", "new/deep/er"] {
                assert_eq!(read(path), "upper", "{path}");
            }
            assert_eq!(read("merged/old"), "base");
            assert!(!base.join("opaque/old").exists());
            assert!(!is_opaque(open_dir(&base.join("opaque")).unwrap().as_fd()).unwrap());
        }
    }
}
