//! Work below a directory by descriptor: nothing here follows a link or leaves the directory that it was given, whatever somebody puts there
//! meanwhile.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Stat, chmod, fstat, mkdirat, openat, openat2,
    renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::path::Arg;

/// Below this depth a tree that is removed is taken apart from the side, so that no more descriptors than this are open.
const DEPTH: usize = 64;

const RESOLVE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);

/// Opens the directory at an absolute path that only we and root can write to.
pub(crate) fn open_root(path: &std::path::Path) -> io::Result<OwnedFd> {
    Ok(openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Opens a directory; the empty path is `dir` itself.
pub(crate) fn open_dir(dir: BorrowedFd<'_>, path: &str) -> io::Result<OwnedFd> {
    let path = if path.is_empty() { "." } else { path };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat2(dir, path, flags, Mode::empty(), RESOLVE)?)
}

/// Opens a regular file for reading; what is something else is `InvalidInput`.
pub(crate) fn open_file(dir: BorrowedFd<'_>, path: &str) -> io::Result<File> {
    // Not waiting for the writer of a fifo.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat2(dir, path, flags, Mode::empty(), RESOLVE)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Makes a file that is not there yet, for reading and writing.
pub(crate) fn create(dir: BorrowedFd<'_>, name: &str) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(openat2(dir, name, flags, Mode::from_raw_mode(0o600), RESOLVE)?))
}

/// Opens a file of ours for reading and writing.
pub(crate) fn open_own(dir: BorrowedFd<'_>, name: &str) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat2(dir, name, flags, Mode::empty(), RESOLVE)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Opens the directory of a path, making what is missing on the way.
pub(crate) fn make_dirs<'a>(dir: BorrowedFd<'_>, names: impl Iterator<Item = &'a str>) -> io::Result<OwnedFd> {
    let mut at = open_dir(dir, "")?;
    for name in names {
        at = match open_dir(at.as_fd(), name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match mkdirat(&at, name, Mode::from_raw_mode(0o755)) {
                    Ok(()) | Err(Errno::EXIST) => open_dir(at.as_fd(), name)?,
                    Err(error) => return Err(error.into()),
                }
            }
            other => other?,
        };
    }
    Ok(at)
}

/// What stands at a single name; a link is a link.
pub(crate) fn stat(dir: BorrowedFd<'_>, name: impl Arg) -> io::Result<Option<Stat>> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Which kind of thing it is.
pub(crate) const fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Calls `each` with the entries of a directory but `.` and `..`, in no order.
pub(crate) fn entries(
    dir: BorrowedFd<'_>,
    mut each: impl FnMut(&std::ffi::CStr, FileType) -> io::Result<()>,
) -> io::Result<()> {
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => kind(&statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?),
            known => known,
        };
        each(name, kind)?;
    }
    Ok(())
}

/// Renames without taking the place of anything; `AlreadyExists` when something is there.
pub(crate) fn rename_new(from: BorrowedFd<'_>, name: &str, to: BorrowedFd<'_>, new: &str) -> io::Result<()> {
    Ok(renameat_with(from, name, to, new, RenameFlags::NOREPLACE)?)
}

/// Removes what stands at a single name with all that is in it; nothing there is fine. It goes however deep it is and whatever modes its
/// directories have, as long as they are ours.
pub(crate) fn remove_tree(dir: BorrowedFd<'_>, name: impl Arg) -> io::Result<()> {
    let name = name.into_c_str()?.into_owned();
    let mut lifted = 0;
    loop {
        match unlinkat(dir, &name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(Errno::ISDIR | Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
        let top = open_unlocked(dir, &name)?;
        let before = lifted;
        empty(&top, &top, 1, &mut lifted)?;
        match unlinkat(dir, &name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            // What was too deep was lifted to the top: go on with that.
            Err(Errno::NOTEMPTY | Errno::EXIST) if lifted > before => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn empty(top: &OwnedFd, dir: &OwnedFd, depth: usize, lifted: &mut u64) -> io::Result<()> {
    let mut found = Vec::new();
    entries(dir.as_fd(), |name, kind| {
        found.push((name.to_owned(), kind));
        Ok(())
    })?;
    for (name, kind) in found {
        if kind != FileType::Directory {
            match unlinkat(dir, &name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        if unlinkat(dir, &name, AtFlags::REMOVEDIR).is_ok() {
            continue;
        }
        if depth >= DEPTH {
            lift(dir, &name, top, lifted)?;
            continue;
        }
        let below = open_unlocked(dir.as_fd(), &name)?;
        empty(top, &below, depth + 1, lifted)?;
        match unlinkat(dir, &name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn lift(dir: &OwnedFd, name: &std::ffi::CStr, top: &OwnedFd, lifted: &mut u64) -> io::Result<()> {
    loop {
        *lifted += 1;
        match renameat_with(dir, name, top, format!("{}deep-{lifted}", super::path::OWN_PREFIX), RenameFlags::NOREPLACE)
        {
            Err(Errno::EXIST) => {}
            other => return Ok(other?),
        }
    }
}

/// Opens a directory by a single name, giving us `u+rwx` on it when we lack that.
fn open_unlocked(dir: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = openat(dir, name, flags, Mode::empty())?;
    if fstat(&handle)?.st_mode & 0o700 != 0o700 {
        // By descriptor: the name could have become something else.
        chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), Mode::from_raw_mode(0o755))?;
    }
    Ok(openat(&handle, c".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Opens a directory by a single name, of whatever bytes.
pub(crate) fn open_dir_named(dir: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat2(dir, name, flags, Mode::empty(), RESOLVE)?)
}
