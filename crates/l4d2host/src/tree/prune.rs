//! Takes out of an upper layer what is in the tree below it anyway, and tells whether what is left makes a difference.
//! steamcmd's two passes write each platform's files anew every time, and `validate` rewrites others; scripts fetch what
//! they have already. Without this each build would store it again, and one that changes nothing would look like one.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Stat, fstat, readlinkat, statat, unlinkat};

use super::attributes::{set_time, time, user_attributes};
use super::merge::is_opaque;
use super::settle::is_whiteout;
use crate::beneath::{
    DEPTH_MAX, Entry, entries, is_absence, open_dir_beneath, open_file_beneath, open_own_dir, remove_tree,
};

/// What is read at a time when two files are compared.
const PIECE: usize = 128 * 1024;

/// What, beside names, contents and whether a file may be run, makes two things different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// The attributes that users set.
    pub attributes: bool,
    /// When it was changed.
    pub times: bool,
    /// Which inode it is: two files of the same bytes are different then.
    pub inodes: bool,
}

/// Nothing beside the content.
pub const CONTENT: Counts = Counts { attributes: false, times: false, inodes: false };
/// All that a server could see.
pub const EVERYTHING: Counts = Counts { attributes: true, times: true, inodes: false };

/// Removes from `upper` every file, link and whiteout that makes no difference on top of `base`, and the directories that
/// are empty then.
///
/// # Errors
/// What the system calls say.
pub fn prune(upper: BorrowedFd<'_>, base: BorrowedFd<'_>, counts: Counts) -> io::Result<()> {
    counts.walk(upper, base, 0)
}

/// Whether `upper` changes anything that counts of what is in `base`, on top of which it lies; or, when it is `alone`, in
/// the place of which.
///
/// # Errors
/// What the system calls say.
pub fn changes(upper: BorrowedFd<'_>, base: BorrowedFd<'_>, counts: Counts, alone: bool) -> io::Result<bool> {
    counts.changes(upper, base, alone, 0)
}

/// Whether two open files hold the same bytes.
///
/// # Errors
/// What read(2) says.
pub fn same_bytes(mut a: impl Read, mut b: impl Read) -> io::Result<bool> {
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

impl Counts {
    fn walk(self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>, depth: usize) -> io::Result<()> {
        // What is taken out here is no change that a build made.
        let before = time(&fstat(upper)?);
        for entry in entries(upper)? {
            let name = entry.name.as_c_str();
            if entry.kind == FileType::Directory {
                let Some(below) = directory(base, name)? else { continue };
                let above = open_own_dir(upper, name)?;
                if depth < DEPTH_MAX {
                    self.prune_directory(upper, name, &above, &below, depth)?;
                }
            } else if self.makes_no_difference(upper, base, &entry)? {
                unlinkat(upper, name, AtFlags::empty())?;
            }
        }
        if self.times { set_time(upper, before) } else { Ok(()) }
    }

    fn prune_directory(
        self,
        parent: BorrowedFd<'_>,
        name: &CStr,
        upper: &OwnedFd,
        base: &OwnedFd,
        depth: usize,
    ) -> io::Result<()> {
        if is_opaque(upper.as_fd())? {
            // What it hides would come back if it were pruned: it goes as a whole, or not at all.
            if self.same_directory(upper.as_fd(), base.as_fd(), depth + 1)? {
                remove_tree(parent, name)?;
            }
            return Ok(());
        }
        self.walk(upper.as_fd(), base.as_fd(), depth + 1)?;
        if !self.looks_same(upper.as_fd(), base.as_fd())? {
            return Ok(());
        }
        match unlinkat(parent, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(rustix::io::Errno::NOTEMPTY | rustix::io::Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn makes_no_difference(self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>, entry: &Entry) -> io::Result<bool> {
        let name = entry.name.as_c_str();
        let stat = statat(upper, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let below = match statat(base, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(below) => below,
            Err(rustix::io::Errno::NOENT) => return Ok(is_whiteout(&stat)),
            Err(error) => return Err(error.into()),
        };
        self.same_entry(upper, &stat, base, &below, name)
    }

    /// Whether two files or links are the same, as far as a published tree keeps anything of them.
    fn same_entry(
        self,
        upper: BorrowedFd<'_>,
        stat: &Stat,
        base: BorrowedFd<'_>,
        below: &Stat,
        name: &CStr,
    ) -> io::Result<bool> {
        let (kind, other) = (FileType::from_raw_mode(stat.st_mode), FileType::from_raw_mode(below.st_mode));
        if kind != other || (self.times && time(stat) != time(below)) {
            return Ok(false);
        }
        match kind {
            FileType::Symlink => Ok(readlinkat(upper, name, Vec::new())? == readlinkat(base, name, Vec::new())?),
            FileType::RegularFile => {
                let runs = |stat: &Stat| stat.st_mode & 0o111 != 0;
                // A set-user-id bit has to be seen, and refused, by the publication.
                if stat.st_size != below.st_size || runs(stat) != runs(below) || stat.st_mode & 0o6000 != 0 {
                    return Ok(false);
                }
                if (stat.st_dev, stat.st_ino) == (below.st_dev, below.st_ino) {
                    return Ok(true);
                }
                if self.inodes {
                    return Ok(false);
                }
                match open_file_beneath(upper, name) {
                    Ok(file) => self.same_file(file, open_file_beneath(base, name)?),
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
                    Err(error) => Err(error),
                }
            }
            _ => Ok(false),
        }
    }

    fn same_file(self, upper: File, base: File) -> io::Result<bool> {
        let attributes = !self.attributes || user_attributes(upper.as_fd())? == user_attributes(base.as_fd())?;
        Ok(attributes && same_bytes(upper, base)?)
    }

    /// Whether two directories are the same but for what is in them.
    fn looks_same(self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>) -> io::Result<bool> {
        if self.attributes && user_attributes(upper)? != user_attributes(base)? {
            return Ok(false);
        }
        Ok(!self.times || time(&fstat(upper)?) == time(&fstat(base)?))
    }

    /// Whether two directories hold the same names, and the same below them.
    fn same_directory(self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>, depth: usize) -> io::Result<bool> {
        let list = entries(upper)?;
        if depth >= DEPTH_MAX || list.len() != entries(base)?.len() || !self.looks_same(upper, base)? {
            return Ok(false);
        }
        for entry in list {
            let name = entry.name.as_c_str();
            let same = if entry.kind == FileType::Directory {
                match directory(base, name)? {
                    Some(below) => self.same_directory(open_own_dir(upper, name)?.as_fd(), below.as_fd(), depth + 1)?,
                    None => false,
                }
            } else {
                self.makes_no_difference(upper, base, &entry)? && entry.kind != FileType::CharacterDevice
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn changes(self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>, alone: bool, depth: usize) -> io::Result<bool> {
        if alone {
            return Ok(!self.same_directory(upper, base, depth)?);
        }
        for entry in entries(upper)? {
            let changed = if entry.kind == FileType::Directory {
                self.changes_directory(upper, base, &entry.name, depth)?
            } else {
                !self.makes_no_difference(upper, base, &entry)?
            };
            if changed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn changes_directory(
        self,
        upper: BorrowedFd<'_>,
        base: BorrowedFd<'_>,
        name: &CStr,
        depth: usize,
    ) -> io::Result<bool> {
        let Some(below) = directory(base, name)? else { return Ok(true) };
        let above = open_own_dir(upper, name)?;
        if depth >= DEPTH_MAX || !self.looks_same(above.as_fd(), below.as_fd())? {
            return Ok(true);
        }
        self.changes(above.as_fd(), below.as_fd(), is_opaque(above.as_fd())?, depth + 1)
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
        prune(open_dir(&upper).unwrap().as_fd(), open_dir(&base).unwrap().as_fd(), CONTENT).unwrap();
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
        prune(open_dir(&upper).unwrap().as_fd(), open_dir(&base).unwrap().as_fd(), CONTENT).unwrap();
        assert_eq!(left(&upper), before);
    }

    /// Gives both trees one time, so that only what a test changes is different.
    fn old(root: &Path) {
        for path in left(root) {
            let path = root.join(path);
            if !path.is_symlink() {
                fs::File::open(path).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
            }
        }
    }

    #[test]
    fn times_and_attributes_count_when_they_are_asked_for() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        for root in [&upper, &base] {
            fill(root, &[("d/same", "x"), ("d/e/touched", "x"), ("a/marked", "x"), ("b/same", "x"), ("o/same", "x")]);
            old(root);
        }
        opaque(&upper.join("o"));
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(9);
        fs::File::open(upper.join("d/e/touched")).unwrap().set_modified(now).unwrap();
        for path in ["a/marked", "b"] {
            setxattr(upper.join(path), "user.mark", b"y", XattrFlags::empty()).unwrap();
        }
        let (upper_dir, base_dir) = (open_dir(&upper).unwrap(), open_dir(&base).unwrap());
        let changes = |counts, alone| changes(upper_dir.as_fd(), base_dir.as_fd(), counts, alone).unwrap();
        assert!(!changes(CONTENT, false) && !changes(CONTENT, true) && changes(EVERYTHING, false));
        prune(upper_dir.as_fd(), base_dir.as_fd(), EVERYTHING).unwrap();
        assert_eq!(left(&upper), ["a", "a/marked", "b", "d", "d/e", "d/e/touched"]);
        let mtime = |path: &str| time(&rustix::fs::stat(upper.join(path)).unwrap());
        assert_eq!((mtime("d"), mtime("b")), ((0, 0), (0, 0)), "what was taken out leaves no trace");
        assert!(!changes(CONTENT, false) && changes(CONTENT, true));
        rustix::fs::removexattr(upper.join("a/marked"), "user.mark").unwrap();
        rustix::fs::removexattr(upper.join("b"), "user.mark").unwrap();
        assert!(!changes(Counts { attributes: true, ..CONTENT }, false) && changes(EVERYTHING, false));
    }

    #[test]
    fn what_is_missing_or_another_inode_counts_in_the_place_of_a_tree() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        fill(&base, &[("a", "x"), ("d/b", "x")]);
        fs::create_dir_all(upper.join("d")).unwrap();
        for path in ["a", "d/b"] {
            fs::hard_link(base.join(path), upper.join(path)).unwrap();
        }
        let inodes = Counts { inodes: true, ..CONTENT };
        let changed = |counts| {
            let (upper, base) = (open_dir(&upper).unwrap(), open_dir(&base).unwrap());
            changes(upper.as_fd(), base.as_fd(), counts, true).unwrap()
        };
        assert!(!changed(inodes));
        fs::remove_file(upper.join("d/b")).unwrap();
        assert!(changed(inodes) && changed(CONTENT));
        fs::write(upper.join("d/b"), "x").unwrap();
        assert!(changed(inodes) && !changed(CONTENT));
    }
}
