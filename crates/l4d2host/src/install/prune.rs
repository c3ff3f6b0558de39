//! Takes out of an upper layer what is in the tree below it anyway. The two passes write each platform's files anew every
//! time, and `validate` rewrites others; without this each update would store them again, and an update that changes
//! nothing would look like one.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Stat, readlinkat, statat, unlinkat};

use super::view::is_absence;
use crate::beneath::{DEPTH_MAX, Entry, entries, open_dir_beneath, open_file_beneath, open_own_dir, remove_tree};
use crate::tree::merge::is_opaque;
use crate::tree::settle::is_whiteout;

/// What is read at a time when two files are compared.
const PIECE: usize = 128 * 1024;

/// Removes from `upper` every file, link and whiteout that makes no difference on top of `base`, and the directories that
/// are empty then.
///
/// # Errors
/// What the system calls say.
pub fn prune(upper: BorrowedFd<'_>, base: BorrowedFd<'_>) -> io::Result<()> {
    walk(upper, base, 0)
}

fn walk(upper: BorrowedFd<'_>, base: BorrowedFd<'_>, depth: usize) -> io::Result<()> {
    for entry in entries(upper)? {
        let name = entry.name.as_c_str();
        if entry.kind == FileType::Directory {
            let Some(below) = directory(base, name)? else { continue };
            let above = open_own_dir(upper, name)?;
            if depth < DEPTH_MAX {
                prune_directory(upper, name, &above, &below, depth)?;
            }
        } else if makes_no_difference(upper, base, &entry)? {
            unlinkat(upper, name, AtFlags::empty())?;
        }
    }
    Ok(())
}

fn prune_directory(
    parent: BorrowedFd<'_>,
    name: &CStr,
    upper: &OwnedFd,
    base: &OwnedFd,
    depth: usize,
) -> io::Result<()> {
    if is_opaque(upper.as_fd())? {
        // What it hides would come back if it were pruned: it goes as a whole, or not at all.
        if same_directory(upper.as_fd(), base.as_fd(), depth + 1)? {
            remove_tree(parent, name)?;
        }
        return Ok(());
    }
    walk(upper.as_fd(), base.as_fd(), depth + 1)?;
    match unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(rustix::io::Errno::NOTEMPTY | rustix::io::Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn makes_no_difference(upper: BorrowedFd<'_>, base: BorrowedFd<'_>, entry: &Entry) -> io::Result<bool> {
    let name = entry.name.as_c_str();
    let stat = statat(upper, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let below = match statat(base, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(below) => below,
        Err(rustix::io::Errno::NOENT) => return Ok(is_whiteout(&stat)),
        Err(error) => return Err(error.into()),
    };
    same_entry(upper, &stat, base, &below, name)
}

/// Whether two files or links are the same, as far as a published tree keeps anything of them.
fn same_entry(upper: BorrowedFd<'_>, stat: &Stat, base: BorrowedFd<'_>, below: &Stat, name: &CStr) -> io::Result<bool> {
    let (kind, other) = (FileType::from_raw_mode(stat.st_mode), FileType::from_raw_mode(below.st_mode));
    match (kind, other) {
        (FileType::Symlink, FileType::Symlink) => {
            Ok(readlinkat(upper, name, Vec::new())? == readlinkat(base, name, Vec::new())?)
        }
        (FileType::RegularFile, FileType::RegularFile) => {
            let runs = |stat: &Stat| stat.st_mode & 0o111 != 0;
            // A set-user-id bit has to be seen, and refused, by the publication.
            if stat.st_size != below.st_size || runs(stat) != runs(below) || stat.st_mode & 0o6000 != 0 {
                return Ok(false);
            }
            match open_file_beneath(upper, name) {
                Ok(file) => same_bytes(file, open_file_beneath(base, name)?),
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
                Err(error) => Err(error),
            }
        }
        _ => Ok(false),
    }
}

/// Whether two directories hold the same names, and the same below them.
fn same_directory(upper: BorrowedFd<'_>, base: BorrowedFd<'_>, depth: usize) -> io::Result<bool> {
    let list = entries(upper)?;
    if depth >= DEPTH_MAX || list.len() != entries(base)?.len() {
        return Ok(false);
    }
    for entry in list {
        let name = entry.name.as_c_str();
        let same = if entry.kind == FileType::Directory {
            match directory(base, name)? {
                Some(below) => same_directory(open_own_dir(upper, name)?.as_fd(), below.as_fd(), depth + 1)?,
                None => false,
            }
        } else {
            makes_no_difference(upper, base, &entry)? && entry.kind != FileType::CharacterDevice
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_bytes(mut a: File, mut b: File) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0_u8; PIECE], vec![0_u8; PIECE]);
    loop {
        let length = a.read(&mut left)?;
        if length == 0 {
            return Ok(b.read(&mut right)? == 0);
        }
        match b.read_exact(&mut right[..length]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            other => other?,
        }
        if left[..length] != right[..length] {
            return Ok(false);
        }
    }
}

fn directory(dir: BorrowedFd<'_>, name: &CStr) -> io::Result<Option<OwnedFd>> {
    match open_dir_beneath(dir, name) {
        Ok(dir) => Ok(Some(dir)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use rustix::fs::{CWD, Mode, XattrFlags, mknodat, setxattr};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    fn fill(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
    }

    fn opaque(path: &Path) {
        setxattr(path, "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
    }

    fn whiteout(path: &Path) {
        mknodat(CWD, path, FileType::CharacterDevice, Mode::empty(), 0).unwrap();
    }

    fn left(root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut waiting = vec![root.to_owned()];
        while let Some(dir) = waiting.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let entry = entry.unwrap();
                found.push(entry.path().strip_prefix(root).unwrap().display().to_string());
                if entry.file_type().unwrap().is_dir() {
                    waiting.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn what_makes_no_difference_goes() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        fill(&base, &[("same", "x"), ("d/e/same", "x"), ("equal/a/b", "x"), ("run", "x")]);
        fill(&upper, &[("same", "x"), ("d/e/same", "x"), ("equal/a/b", "x"), ("run", "x")]);
        for root in [&upper, &base] {
            fs::create_dir(root.join("empty")).unwrap();
            symlink("same", root.join("link")).unwrap();
            fs::set_permissions(root.join("run"), PermissionsExt::from_mode(0o755)).unwrap();
        }
        fs::set_permissions(upper.join("run"), PermissionsExt::from_mode(0o700)).unwrap();
        opaque(&upper.join("equal"));
        whiteout(&upper.join("never-was"));
        prune(open_dir(&upper).unwrap().as_fd(), open_dir(&base).unwrap().as_fd()).unwrap();
        assert_eq!(left(&upper), Vec::<String>::new());
    }

    #[test]
    fn what_makes_a_difference_stays() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        let shared = [("bytes", "x"), ("mode", "x"), ("opaque/same", "x"), ("kind", "x"), ("to-dir", "x"), ("su", "x")];
        fill(&base, &shared);
        fill(
            &base,
            &[("opaque/hidden", "x"), ("gone", "x"), ("size", "xy"), ("inside/opaque/same", "x"), ("was-dir/a", "x")],
        );
        fill(&upper, &shared[2..3]);
        fill(
            &upper,
            &[("bytes", "y"), ("mode", "x"), ("size", "x"), ("new/file", "x"), ("to-dir/file", "x"), ("su", "x")],
        );
        fill(&upper, &[("inside/opaque/same", "x"), ("inside/opaque/added", "x"), ("was-dir", "x")]);
        fs::set_permissions(upper.join("mode"), PermissionsExt::from_mode(0o755)).unwrap();
        fs::set_permissions(upper.join("su"), PermissionsExt::from_mode(0o4644)).unwrap();
        symlink("bytes", upper.join("kind")).unwrap();
        fs::create_dir(upper.join("new-and-empty")).unwrap();
        opaque(&upper.join("opaque"));
        opaque(&upper.join("inside/opaque"));
        whiteout(&upper.join("gone"));
        let before = left(&upper);
        prune(open_dir(&upper).unwrap().as_fd(), open_dir(&base).unwrap().as_fd()).unwrap();
        assert_eq!(left(&upper), before);
    }
}
