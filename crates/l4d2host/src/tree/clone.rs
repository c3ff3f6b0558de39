//! A second tree that shares every file with the first: new directories that look like the old ones, hard links in them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, mkdirat};

use super::attributes::stamp;
use crate::beneath::{entries, link, open_dir_beneath};

/// Fills the empty directory `to` with the directories of `from` and hard links to its files.
///
/// # Errors
/// What the system calls say; `EMLINK` when a file has as many names as the file system allows (65,000 on ext4).
pub fn clone(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    for entry in entries(from)? {
        if entry.kind == FileType::Directory {
            let (from, to) = pair(from, to, &entry.name)?;
            clone(from.as_fd(), to.as_fd())?;
        } else {
            link(from, to, &entry.name)?;
        }
    }
    stamp(from, to)
}

/// Opens `name` in `from` and makes it anew in `to`.
fn pair(from: BorrowedFd<'_>, to: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<(OwnedFd, OwnedFd)> {
    mkdirat(to, name, Mode::from_raw_mode(0o755))?;
    Ok((open_dir_beneath(from, name)?, open_dir_beneath(to, name)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_clone_shares_its_files() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(temp.path().join("a/d/e")).unwrap();
        std::fs::create_dir(temp.path().join("b")).unwrap();
        std::fs::write(temp.path().join("a/d/e/f"), "x").unwrap();
        std::os::unix::fs::symlink("nowhere", temp.path().join("a/l")).unwrap();
        std::fs::File::open(temp.path().join("a/d")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        let (from, to) = (open_dir(&temp.path().join("a")).unwrap(), open_dir(&temp.path().join("b")).unwrap());
        clone(from.as_fd(), to.as_fd()).unwrap();
        let inode = |path: &str| std::fs::symlink_metadata(temp.path().join(path)).unwrap().ino();
        assert_eq!(inode("a/d/e/f"), inode("b/d/e/f"));
        assert_eq!(inode("a/l"), inode("b/l"));
        assert_ne!(inode("a/d"), inode("b/d"));
        assert_eq!(std::fs::metadata(temp.path().join("b/d")).unwrap().mtime(), 0);
    }
}
