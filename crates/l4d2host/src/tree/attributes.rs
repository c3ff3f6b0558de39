//! What a file or a directory of a tree has beside its content: extended attributes that users set, and a time.
//!
//! A file keeps them with its inode, which is linked. A directory is made anew in each tree, and gets them here.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{
    Stat, Timespec, Timestamps, UTIME_OMIT, XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr, fstat, futimens,
};
use rustix::io::Errno;

/// Attributes by which overlayfs, mounted with `userxattr`, keeps its marks; a mark that a program inside set itself is
/// stored escaped below the same prefix.
pub const OVERLAY_ATTRIBUTES: &[u8] = b"user.overlay.";

/// Longest list of names, and longest value: what Linux allows.
const LENGTH_MAX: usize = 64 * 1024;

/// The attributes that users set, without those of overlayfs, in the order of their names.
///
/// # Errors
/// What listxattr(2) and getxattr(2) say; a file system without attributes has none.
pub fn user_attributes(file: BorrowedFd<'_>) -> io::Result<Vec<(CString, Vec<u8>)>> {
    let mut found = Vec::new();
    for name in names(file)? {
        let bytes = name.as_bytes();
        if bytes.starts_with(b"user.") && !bytes.starts_with(OVERLAY_ATTRIBUTES) {
            let value = value(file, &name)?;
            found.push((name, value));
        }
    }
    found.sort();
    Ok(found)
}

/// The names of the attributes of overlayfs.
///
/// # Errors
/// As [`user_attributes`].
pub fn overlay_attributes(file: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    Ok(names(file)?.into_iter().filter(|name| name.as_bytes().starts_with(OVERLAY_ATTRIBUTES)).collect())
}

/// Gives the directory `to` the attributes and the time of `from`; to be called when nothing in it changes any more.
///
/// # Errors
/// What the system calls say.
pub fn stamp(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    let (wanted, there) = (user_attributes(from)?, user_attributes(to)?);
    if wanted != there {
        for (name, _) in there.iter().filter(|(name, _)| wanted.iter().all(|(other, _)| other != name)) {
            fremovexattr(to, name.as_c_str())?;
        }
        for (name, value) in &wanted {
            fsetxattr(to, name.as_c_str(), value, XattrFlags::empty())?;
        }
    }
    set_time(to, time(&fstat(from)?))
}

/// Sets when a file or a directory was last changed, in seconds and nanoseconds.
///
/// # Errors
/// What utimensat(2) says.
pub fn set_time(file: BorrowedFd<'_>, (seconds, nanoseconds): (i64, i64)) -> io::Result<()> {
    let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let changed = Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    Ok(futimens(file, &Timestamps { last_access: omit, last_modification: changed })?)
}

/// When it was last changed, in seconds and nanoseconds.
#[must_use]
pub fn time(stat: &Stat) -> (i64, i64) {
    (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0))
}

fn names(file: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    let mut buffer = vec![0_u8; 256];
    let length = loop {
        match flistxattr(file, &mut buffer) {
            Ok(length) => break length,
            Err(Errno::RANGE) if buffer.len() < LENGTH_MAX => buffer.resize(buffer.len() * 4, 0),
            Err(Errno::NOTSUP) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
    };
    Ok(buffer[..length].split(|byte| *byte == 0).filter_map(|name| CString::new(name).ok()).collect())
}

fn value(file: BorrowedFd<'_>, name: &CStr) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0_u8; 256];
    loop {
        match fgetxattr(file, name, &mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < LENGTH_MAX => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use std::os::fd::AsFd;

    #[test]
    fn a_directory_gets_the_attributes_and_the_time_of_another() {
        let temp = tempfile::tempdir().unwrap();
        let make = |name: &str, attributes: &[(&str, usize)]| {
            let path = temp.path().join(name);
            std::fs::create_dir(&path).unwrap();
            for (name, length) in attributes {
                rustix::fs::setxattr(&path, *name, &vec![b'x'; *length], XattrFlags::empty()).unwrap();
            }
            open_dir(&path).unwrap()
        };
        let from = make("from", &[("user.a", 700), ("user.empty", 0), ("user.overlay.opaque", 1)]);
        let to = make("to", &[("user.b", 1), ("user.a", 2), ("user.overlay.origin", 1)]);
        set_time(from.as_fd(), (5, 6)).unwrap();
        stamp(from.as_fd(), to.as_fd()).unwrap();
        let expected = [(c"user.a".to_owned(), vec![b'x'; 700]), (c"user.empty".to_owned(), Vec::new())];
        assert_eq!(user_attributes(to.as_fd()).unwrap(), expected);
        assert_eq!(overlay_attributes(to.as_fd()).unwrap(), [c"user.overlay.origin".to_owned()]);
        assert_eq!(time(&fstat(&to).unwrap()), (5, 6));
    }
}
