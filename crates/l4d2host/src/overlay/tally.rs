//! Counting what is in a layer, in a tree, or in a tree with a layer over it; by descriptor, and no link is followed.

use std::collections::HashSet;
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Stat, statat};
use rustix::io::Errno;

use super::figures::Figures;
use crate::beneath::{DEPTH_MAX, entries, is_absence, open_dir_beneath, open_own_dir};
use crate::tree::merge::is_opaque;
use crate::tree::settle::is_whiteout;

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Regular files, and how long they are.
    pub figures: Figures,
    /// Everything that has a name.
    pub entries: u64,
    /// Bytes: of each file once, however many names it has, the larger of its length and what it takes on disk.
    pub size: u64,
    /// Whether something is deeper than 128 directories, and was not counted.
    pub is_too_deep: bool,
    /// The inodes of files with several names.
    seen: HashSet<u64>,
}

/// Whether counting goes on, by what was counted so far.
type GoOn<'g> = &'g dyn Fn(&Tally) -> bool;

impl Tally {
    /// Counts one more thing.
    pub fn add(&mut self, stat: &Stat) {
        let length = u64::try_from(stat.st_size).unwrap_or(0);
        let on_disk = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
        let kind = FileType::from_raw_mode(stat.st_mode);
        self.entries += 1;
        if kind == FileType::RegularFile {
            self.figures.files += 1;
            self.figures.bytes = self.figures.bytes.saturating_add(length);
        }
        if kind == FileType::Directory {
            self.size = self.size.saturating_add(on_disk);
        } else if stat.st_nlink <= 1 || self.seen.insert(stat.st_ino) {
            self.size = self.size.saturating_add(length.max(on_disk));
        }
    }

    /// Counts what is below a directory that does not change.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn add_tree(&mut self, dir: BorrowedFd<'_>) -> io::Result<()> {
        self.walk(dir, &|_| true, |dir, name| open_dir_beneath(dir, name), 0)
    }

    /// Counts what is below the top of an upper layer, in which a program may be at work: what comes and goes meanwhile is
    /// no error, and a directory that the program has locked is opened all the same.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn add_layer(&mut self, upper: BorrowedFd<'_>, go_on: GoOn<'_>) -> io::Result<()> {
        self.walk(upper, go_on, open_own_dir, 0)
    }

    fn walk(
        &mut self,
        dir: BorrowedFd<'_>,
        go_on: GoOn<'_>,
        open: fn(BorrowedFd<'_>, &CStr) -> io::Result<OwnedFd>,
        depth: usize,
    ) -> io::Result<()> {
        // Never the whole list: a program could make it longer than our memory.
        let mut list = match Dir::read_from(dir) {
            Err(Errno::NOENT) => return Ok(()),
            other => other?,
        };
        while let Some(entry) = list.read() {
            let entry = match entry {
                Err(Errno::NOENT) => return Ok(()),
                other => other?,
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let Some(stat) = look(dir, name)? else { continue };
            self.add(&stat);
            if !go_on(self) {
                return Ok(());
            }
            if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
                continue;
            }
            if depth >= DEPTH_MAX {
                self.is_too_deep = true;
                continue;
            }
            match open(dir, name) {
                Ok(below) => self.walk(below.as_fd(), go_on, open, depth + 1)?,
                Err(error) if is_absence(&error) => {}
                Err(error) => return Err(error),
            }
            if !go_on(self) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Counts what a settled upper layer shows on top of a tree.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn add_merged(&mut self, upper: BorrowedFd<'_>, base: BorrowedFd<'_>) -> io::Result<()> {
        for entry in entries(base)? {
            if look(upper, &entry.name)?.is_some() {
                continue;
            }
            let Some(stat) = look(base, &entry.name)? else { continue };
            self.add(&stat);
            if entry.kind == FileType::Directory {
                self.add_tree(open_dir_beneath(base, &entry.name)?.as_fd())?;
            }
        }
        for entry in entries(upper)? {
            let Some(stat) = look(upper, &entry.name)?.filter(|stat| !is_whiteout(stat)) else { continue };
            self.add(&stat);
            if entry.kind != FileType::Directory {
                continue;
            }
            let above = open_dir_beneath(upper, &entry.name)?;
            let hides = is_opaque(above.as_fd())?;
            match open_dir_beneath(base, &entry.name) {
                Ok(below) if !hides => self.add_merged(above.as_fd(), below.as_fd())?,
                Err(error) if !is_absence(&error) => return Err(error),
                _ => self.add_tree(above.as_fd())?,
            }
        }
        Ok(())
    }
}

fn look(dir: BorrowedFd<'_>, name: &CStr) -> io::Result<Option<Stat>> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beneath::open_dir;
    use rustix::fs::{CWD, Mode, XattrFlags, mknodat, setxattr};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn fill(root: &Path, files: &[(&str, usize)]) {
        for (path, length) in files {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), vec![b'x'; *length]).unwrap();
        }
    }

    #[test]
    fn a_layer_over_a_tree_counts_what_it_shows() {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        fill(&base, &[("kept", 1), ("d/kept", 2), ("d/changed", 4), ("gone", 8), ("opaque/hidden", 16), ("dir/x", 32)]);
        fill(&upper, &[("d/changed", 64), ("opaque/new", 128), ("dir", 256), ("new/e/f", 512)]);
        mknodat(CWD, upper.join("gone"), FileType::CharacterDevice, Mode::empty(), 0).unwrap();
        setxattr(upper.join("opaque"), "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
        let mut tally = Tally::default();
        tally.add_merged(open_dir(&upper).unwrap().as_fd(), open_dir(&base).unwrap().as_fd()).unwrap();
        assert_eq!(tally.figures, Figures { files: 6, bytes: 1 + 2 + 64 + 128 + 256 + 512 });
        assert_eq!(tally.entries, 6 + 4, "and d, opaque, new and new/e");
    }

    #[test]
    fn the_larger_of_length_and_room_counts_once() {
        let temp = tempfile::tempdir().unwrap();
        fill(temp.path(), &[("small", 1)]);
        fs::hard_link(temp.path().join("small"), temp.path().join("again")).unwrap();
        fs::File::create(temp.path().join("sparse")).unwrap().set_len(1 << 30).unwrap();
        let mut tally = Tally::default();
        tally.add_tree(open_dir(temp.path()).unwrap().as_fd()).unwrap();
        assert_eq!((tally.figures.files, tally.figures.bytes), (3, (1 << 30) + 2));
        let rest = tally.size - (1 << 30);
        assert!((1..=64 * 1024).contains(&rest), "what one small file takes, once: {rest}");
    }

    #[test]
    fn a_locked_directory_hides_nothing_and_counting_ends_when_it_is_enough() {
        let temp = tempfile::tempdir().unwrap();
        fill(temp.path(), &[("locked/in/here", 100), ("a", 1), ("b", 1)]);
        fs::set_permissions(temp.path().join("locked"), PermissionsExt::from_mode(0o000)).unwrap();
        let dir = open_dir(temp.path()).unwrap();
        let mut tally = Tally::default();
        tally.add_layer(dir.as_fd(), &|_| true).unwrap();
        assert_eq!(tally.figures.bytes, 102);
        let mut few = Tally::default();
        few.add_layer(dir.as_fd(), &|tally| tally.entries < 2).unwrap();
        assert_eq!(few.entries, 2);
    }

    #[test]
    fn what_is_too_deep_is_told() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir_all(temp.path().join("d/".repeat(129))).unwrap();
        let mut tally = Tally::default();
        tally.add_layer(open_dir(temp.path()).unwrap().as_fd(), &|_| true).unwrap();
        assert!(tally.is_too_deep);
    }
}
