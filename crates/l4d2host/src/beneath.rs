//! Directories that foreign code could write into, handled by descriptor: nothing here follows a symbolic link, and
//! nothing leaves the directory that it was given.
//!
//! Also the one way in which we write a file of our own: beside its place, synced, and renamed.

use std::ffi::{CStr, CString};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, fchmod, fsync, linkat, mkdirat, openat,
    openat2, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;

/// Directories that are nested deeper than this are not walked; what a program inside can make is deeper.
pub const DEPTH_MAX: usize = 128;

/// Opens a directory by path; for directories that only we can write into.
///
/// # Errors
/// What open(2) says.
pub fn open_dir(path: &Path) -> io::Result<OwnedFd> {
    Ok(openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Opens a directory below `parent` without following any link.
///
/// # Errors
/// What openat2(2) says: `ELOOP` for a link, `EXDEV` for a way out.
pub fn open_dir_beneath(parent: BorrowedFd<'_>, path: impl rustix::path::Arg) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    Ok(openat2(parent, path, flags, Mode::empty(), how)?)
}

/// Opens a regular file below `parent` for reading without following any link, and without waiting for a fifo's writer.
///
/// # Errors
/// What openat2(2) says, and `InvalidInput` for what is not a regular file.
pub fn open_file_beneath(parent: BorrowedFd<'_>, path: impl rustix::path::Arg) -> io::Result<std::fs::File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let file = std::fs::File::from(openat2(parent, path, flags, Mode::empty(), how)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Whether an error of open says that there is no such thing, or a link or another kind of file in its place.
#[must_use]
pub fn is_absence(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV))
}

/// Reads at most `max` bytes; a longer file is an error.
///
/// # Errors
/// What read(2) says, and `FileTooLarge` for a longer file.
pub fn read_bounded(file: impl Read, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {max} bytes")));
    }
    Ok(bytes)
}

/// Writes a file beside its place, syncs it, and renames it over what stood there; syncs the directory too.
///
/// Whatever stood at `name` (a link, a fifo, a whiteout) is replaced and never opened; an empty or full directory is
/// removed first. The file has exactly `mode`.
///
/// # Errors
/// What the system calls say.
pub fn replace_file(dir: BorrowedFd<'_>, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let temporary = format!(".{name}.new");
    remove_tree(dir, &temporary)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = std::fs::File::from(openat(dir, &temporary, flags, Mode::from_raw_mode(0o600))?);
    file.write_all(bytes)?;
    fchmod(&file, Mode::from_raw_mode(mode))?;
    fsync(&file)?;
    match renameat(dir, &temporary, dir, name) {
        Err(Errno::ISDIR) => {
            remove_tree(dir, name)?;
            renameat(dir, &temporary, dir, name)?;
        }
        other => other?,
    }
    Ok(fsync(dir)?)
}

/// Opens a directory below `parent`, making it with mode 0755 when nothing, or something else, stands there. One that its
/// owner may not read, write or enter gets that mode too.
///
/// # Errors
/// What the system calls say.
pub fn make_dir(parent: BorrowedFd<'_>, name: &str) -> io::Result<OwnedFd> {
    match open_own_dir(parent, &CString::new(name)?) {
        Ok(dir) => return Ok(dir),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::NOTDIR | Errno::LOOP)) => {
            remove_tree(parent, name)?;
        }
        Err(error) => return Err(error),
    }
    match mkdirat(parent, name, Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(Errno::EXIST) => open_dir_beneath(parent, name),
        Err(error) => Err(error.into()),
    }
}

/// Gives the owner back what a program inside took away: `u+rwx` on a directory.
fn unlock(parent: BorrowedFd<'_>, name: impl rustix::path::Arg + Copy) -> io::Result<()> {
    let handle =
        openat(parent, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    // chmod through the descriptor: the name could have become something else.
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&handle));
    Ok(rustix::fs::chmod(path, Mode::from_raw_mode(0o755))?)
}

/// Opens a directory below `parent` by a single name, giving the owner `u+rwx` on it when it lacks that.
///
/// # Errors
/// What the system calls say.
pub fn open_own_dir(parent: BorrowedFd<'_>, name: &CStr) -> io::Result<OwnedFd> {
    match open_dir_beneath(parent, name) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
        Ok(dir) => {
            let mode = rustix::fs::fstat(&dir)?.st_mode;
            if mode & 0o700 == 0o700 {
                return Ok(dir);
            }
        }
        Err(error) => return Err(error),
    }
    unlock(parent, name)?;
    open_dir_beneath(parent, name)
}

/// One entry of a directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: CString,
    /// What it is.
    pub kind: FileType,
}

/// The entries of a directory but `.` and `..`, in no order.
///
/// # Errors
/// What getdents(2) and stat(2) say.
pub fn entries(dir: BorrowedFd<'_>) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => FileType::from_raw_mode(statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode),
            known => known,
        };
        found.push(Entry { name: name.to_owned(), kind });
    }
    Ok(found)
}

/// Removes `name` in `dir` and all that is below it; nothing there is no error. Returns the bytes that came free.
///
/// Works however deep it is and whatever modes its directories have, as long as they are ours.
///
/// # Errors
/// What the system calls say.
pub fn remove_tree(dir: BorrowedFd<'_>, name: impl rustix::path::Arg) -> io::Result<u64> {
    let name = name.into_c_str()?.into_owned();
    let (mut freed, mut lifted) = (0, 0);
    loop {
        match remove_one(dir, &name, &mut freed) {
            Err(Errno::ISDIR | Errno::PERM) => {}
            other => {
                other?;
                return Ok(freed);
            }
        }
        let top = match open_own_dir(dir, &name) {
            Ok(top) => top,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(freed),
            Err(error) => return Err(error),
        };
        let before = lifted;
        empty(&top, &top, 1, &mut lifted, &mut freed)?;
        match unlinkat(dir, &name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => return Ok(freed),
            // Directories that were too deep were lifted to the top: go on with them.
            Err(Errno::NOTEMPTY | Errno::EXIST) if lifted > before => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Unlinks what is not a directory; nothing there is fine.
fn remove_one(dir: BorrowedFd<'_>, name: &CStr, freed: &mut u64) -> Result<(), Errno> {
    let stat = match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(()),
        Err(error) => return Err(error),
    };
    if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
        return Err(Errno::ISDIR);
    }
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) if stat.st_nlink == 1 => {
            *freed += u64::try_from(stat.st_blocks).unwrap_or(0) * 512;
            Ok(())
        }
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Moves a directory that is too deep to the top, under a name that nothing there has.
fn lift(dir: &OwnedFd, name: &CStr, top: &OwnedFd, lifted: &mut u64) -> io::Result<()> {
    loop {
        *lifted += 1;
        match renameat_with(dir, name, top, format!(".left4me-deep-{lifted}"), RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => {}
            other => return Ok(other?),
        }
    }
}

fn empty(top: &OwnedFd, dir: &OwnedFd, depth: usize, lifted: &mut u64, freed: &mut u64) -> io::Result<()> {
    for entry in entries(dir.as_fd())? {
        if entry.kind != FileType::Directory {
            remove_one(dir.as_fd(), &entry.name, freed)?;
            continue;
        }
        if unlinkat(dir, &entry.name, AtFlags::REMOVEDIR).is_ok() {
            continue;
        }
        let below = open_own_dir(dir.as_fd(), &entry.name)?;
        if depth >= DEPTH_MAX {
            lift(dir, &entry.name, top, lifted)?;
            continue;
        }
        empty(top, &below, depth + 1, lifted, freed)?;
        unlinkat(dir, &entry.name, AtFlags::REMOVEDIR)?;
    }
    Ok(())
}

/// Makes `name` in `to` a second name of the file `name` in `from`; a symbolic link itself is linked, not its target.
///
/// # Errors
/// What linkat(2) says.
pub fn link(from: BorrowedFd<'_>, to: BorrowedFd<'_>, name: &CStr) -> Result<(), Errno> {
    linkat(from, name, to, name, AtFlags::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_deep_and_locked_tree_is_removed() {
        let temp = tempfile::tempdir().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        mkdirat(&dir, "x", Mode::from_raw_mode(0o755)).unwrap();
        let mut at = open_dir_beneath(dir.as_fd(), "x").unwrap();
        for _ in 0..2000 {
            mkdirat(&at, "d", Mode::from_raw_mode(0o755)).unwrap();
            drop(openat(&at, "f", OFlags::CREATE | OFlags::WRONLY, Mode::from_raw_mode(0o000)).unwrap());
            let next = open_dir_beneath(at.as_fd(), "d").unwrap();
            at = next;
        }
        std::fs::set_permissions(temp.path().join("x/d/d"), PermissionsExt::from_mode(0o000)).unwrap();
        remove_tree(dir.as_fd(), "x").unwrap();
        assert!(!temp.path().join("x").exists());
        remove_tree(dir.as_fd(), "x").unwrap();
    }

    #[test]
    fn removing_a_link_keeps_its_target() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("kept")).unwrap();
        std::fs::write(temp.path().join("kept/file"), "x").unwrap();
        std::os::unix::fs::symlink("kept", temp.path().join("link")).unwrap();
        let dir = open_dir(temp.path()).unwrap();
        remove_tree(dir.as_fd(), "link").unwrap();
        assert!(temp.path().join("kept/file").exists() && !temp.path().join("link").exists());
    }

    #[test]
    fn a_file_replaces_a_link_a_fifo_and_a_directory_without_opening_them() {
        let temp = tempfile::tempdir().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        std::fs::write(temp.path().join("victim"), "untouched").unwrap();
        std::os::unix::fs::symlink("victim", temp.path().join("a")).unwrap();
        rustix::fs::mknodat(&dir, "b", FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
        std::fs::create_dir_all(temp.path().join("c/d")).unwrap();
        for name in ["a", "b", "c"] {
            replace_file(dir.as_fd(), name, b"new", 0o600).unwrap();
            let meta = std::fs::symlink_metadata(temp.path().join(name)).unwrap();
            assert!(meta.is_file() && meta.permissions().mode() & 0o777 == 0o600);
        }
        assert_eq!(std::fs::read_to_string(temp.path().join("victim")).unwrap(), "untouched");
    }

    #[test]
    fn a_directory_that_was_locked_can_be_written_into_again() {
        let temp = tempfile::tempdir().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        std::fs::create_dir_all(temp.path().join("cfg")).unwrap();
        for mode in [0o000, 0o500, 0o400, 0o300] {
            std::fs::set_permissions(temp.path().join("cfg"), PermissionsExt::from_mode(mode)).unwrap();
            make_dir(dir.as_fd(), "cfg").unwrap();
            let now = std::fs::metadata(temp.path().join("cfg")).unwrap().permissions().mode();
            assert_eq!(now & 0o777, 0o755, "{mode:o}");
        }
    }

    #[test]
    fn a_directory_is_made_over_a_link() {
        let temp = tempfile::tempdir().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        std::os::unix::fs::symlink("/etc", temp.path().join("cfg")).unwrap();
        make_dir(dir.as_fd(), "cfg").unwrap();
        assert!(std::fs::symlink_metadata(temp.path().join("cfg")).unwrap().is_dir());
    }
}
