//! What a build left in its upper layer, made fit to be published: modes set, marks of overlayfs taken off files, and
//! whatever must not be in a tree refused.
//!
//! Runs when nothing can write there any more. Marks of overlayfs on directories and whiteouts stay: `merge` reads them.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, chmod, fremovexattr, fstat, openat, statat};

use super::TreeError;
use super::attributes::overlay_attributes;
use crate::beneath::{DEPTH_MAX, Entry, entries, open_own_dir};

/// Mode of every published directory.
pub const DIRECTORY_MODE: u32 = 0o755;

/// Whether an entry says that what is below it is gone: a character device 0:0.
#[must_use]
pub fn is_whiteout(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && stat.st_rdev == 0
}

/// Who made what is in an upper layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A unit: each file in it is the build's own.
    ByAUnit,
    /// We, by links: a file that nobody may write is somebody else's too, and stays as it is.
    ByLinks,
}

/// Makes the tree below `dir` fit to be published.
///
/// # Errors
/// [`TreeError::Unfit`] for a device node, socket, fifo, or a setuid or setgid bit, [`TreeError::TooDeep`], and
/// [`TreeError::Io`].
pub fn settle(dir: BorrowedFd<'_>, made: Made) -> Result<(), TreeError> {
    walk(dir, made, "", 0)
}

/// Whether a file is one that everybody may read and nobody may write.
#[must_use]
pub fn is_read_only(stat: &Stat) -> bool {
    stat.st_mode & 0o222 == 0 && stat.st_mode & 0o444 == 0o444
}

fn walk(dir: BorrowedFd<'_>, made: Made, path: &str, depth: usize) -> Result<(), TreeError> {
    if depth > DEPTH_MAX {
        return Err(TreeError::TooDeep { path: path.to_owned() });
    }
    let here = Path::new(if path.is_empty() { "." } else { path });
    for entry in entries(dir).map_err(TreeError::io("listing", here))? {
        let below = format!("{path}{}{}", if path.is_empty() { "" } else { "/" }, entry.name.to_string_lossy());
        visit(dir, made, &entry, &below, depth)?;
    }
    Ok(())
}

fn visit(dir: BorrowedFd<'_>, made: Made, entry: &Entry, path: &str, depth: usize) -> Result<(), TreeError> {
    let here = Path::new(path);
    let unfit = |what| Err(TreeError::Unfit { path: path.to_owned(), what });
    let stat = || statat(dir, &entry.name, AtFlags::SYMLINK_NOFOLLOW).map_err(TreeError::io("reading", here));
    match entry.kind {
        FileType::Directory => {
            let below = open_own_dir(dir, &entry.name).map_err(TreeError::io("opening", here))?;
            rustix::fs::fchmod(&below, Mode::from_raw_mode(DIRECTORY_MODE))
                .map_err(TreeError::io("setting the mode of", here))?;
            walk(below.as_fd(), made, path, depth + 1)
        }
        FileType::Symlink => Ok(()),
        FileType::RegularFile => settle_file(dir, made, &entry.name, &stat()?, path),
        FileType::CharacterDevice if is_whiteout(&stat()?) => Ok(()),
        FileType::CharacterDevice | FileType::BlockDevice => unfit("a device node"),
        FileType::Socket => unfit("a socket"),
        FileType::Fifo => unfit("a fifo"),
        FileType::Unknown => unfit("of an unknown type"),
    }
}

fn settle_file(dir: BorrowedFd<'_>, made: Made, name: &CStr, stat: &Stat, path: &str) -> Result<(), TreeError> {
    if stat.st_mode & 0o6000 != 0 {
        return Err(TreeError::Unfit { path: path.to_owned(), what: "a file with a setuid or setgid bit" });
    }
    if made == Made::ByLinks && is_read_only(stat) {
        return Ok(());
    }
    let wanted = if stat.st_mode & 0o111 == 0 { 0o644 } else { 0o755 };
    clean_file(dir, name, stat, wanted).map_err(TreeError::io("setting the mode of", Path::new(path)))
}

fn clean_file(dir: BorrowedFd<'_>, name: &CStr, stat: &Stat, mode: u32) -> io::Result<()> {
    let handle = openat(dir, name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    if !FileType::from_raw_mode(fstat(&handle)?.st_mode).is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "changed while it was read"));
    }
    if stat.st_mode & 0o7777 != mode {
        // By descriptor: fchmod(2) does not take one that was opened with O_PATH.
        chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), Mode::from_raw_mode(mode))?;
    }
    let file =
        openat(dir, name, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    for attribute in overlay_attributes(file.as_fd())? {
        fremovexattr(&file, attribute.as_c_str())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use rstest::rstest;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn modes_are_set_and_marks_removed() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("d/f");
        std::fs::create_dir(temp.path().join("d")).unwrap();
        std::fs::write(&file, "x").unwrap();
        rustix::fs::setxattr(&file, "user.overlay.origin", b"y", rustix::fs::XattrFlags::empty()).unwrap();
        rustix::fs::setxattr(&file, "user.other", b"y", rustix::fs::XattrFlags::empty()).unwrap();
        std::fs::write(temp.path().join("d/x"), "x").unwrap();
        for (path, bits) in [("d/f", 0o000), ("d/x", 0o100), ("d", 0o000)] {
            std::fs::set_permissions(temp.path().join(path), PermissionsExt::from_mode(bits)).unwrap();
        }
        settle(open_dir(temp.path()).unwrap().as_fd(), Made::ByAUnit).unwrap();
        assert_eq!((mode(&temp.path().join("d")), mode(&file), mode(&temp.path().join("d/x"))), (0o755, 0o644, 0o755));
        let open = std::fs::File::open(&file).unwrap();
        assert!(overlay_attributes(open.as_fd()).unwrap().is_empty());
        let mut names = [0_u8; 64];
        let length = rustix::fs::flistxattr(&open, &mut names).unwrap();
        assert_eq!(&names[..length], b"user.other\0");
    }

    #[test]
    fn a_read_only_file_is_left_alone_where_it_is_shared() {
        let temp = tempfile::tempdir().unwrap();
        let files = [("shared", 0o444), ("program", 0o555), ("hidden", 0o400), ("own", 0o664)];
        for (name, bits) in files {
            std::fs::write(temp.path().join(name), "x").unwrap();
            std::fs::set_permissions(temp.path().join(name), PermissionsExt::from_mode(bits)).unwrap();
        }
        let modes = |made| {
            settle(open_dir(temp.path()).unwrap().as_fd(), made).unwrap();
            files.map(|(name, _)| mode(&temp.path().join(name)))
        };
        assert_eq!(modes(Made::ByLinks), [0o444, 0o555, 0o644, 0o644]);
        assert_eq!(modes(Made::ByAUnit), [0o644, 0o755, 0o644, 0o644]);
    }

    #[rstest]
    #[case::fifo("a fifo", FileType::Fifo)]
    #[case::socket("a socket", FileType::Socket)]
    fn nodes_are_refused(#[case] what: &str, #[case] kind: FileType) {
        let temp = tempfile::tempdir().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        std::fs::create_dir(temp.path().join("sub")).unwrap();
        let sub = open_dir(&temp.path().join("sub")).unwrap();
        rustix::fs::mknodat(&sub, "node", kind, Mode::from_raw_mode(0o644), 0).unwrap();
        assert_eq!(
            settle(dir.as_fd(), Made::ByLinks).unwrap_err().to_string(),
            format!("sub/node is {what}: a build may leave only directories, regular files and symbolic links")
        );
    }

    #[test]
    fn a_setuid_file_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("su"), "x").unwrap();
        std::fs::set_permissions(temp.path().join("su"), PermissionsExt::from_mode(0o4755)).unwrap();
        let error = settle(open_dir(temp.path()).unwrap().as_fd(), Made::ByAUnit).unwrap_err();
        assert!(error.to_string().starts_with("su is a file with a setuid or setgid bit"), "{error}");
    }
}
