use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{FileType, Stat, fstat};
use rustix::time::{ClockId, clock_gettime};

use super::Store;
use crate::files::path::OWN_PREFIX;
use crate::files::{FileName, FilePath, FilesError, beneath};
use crate::id::OverlayId;

/// How many entries are remembered in all; about 100 bytes each.
const REMEMBERED: usize = 400_000;
/// A directory that changed so lately, in seconds, may change again without its time showing that: it is read anew.
const LATELY: i64 = 2;

/// A part of what a folder holds: folders first, then by name without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The part.
    pub entries: Vec<Entry>,
    /// How many come before it.
    pub offset: usize,
    /// How many there are in all.
    pub total: usize,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name; none when it is no name of ours (not UTF-8, or with characters that we do not take): then it can only be looked at.
    pub name: Option<FileName>,
    /// What is shown.
    pub shown: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file of so many bytes.
    File(u64),
    /// A link, which is never followed.
    Link,
    /// Something else.
    Other,
}

/// Folders that were listed and have not changed since, for the next page of each.
#[derive(Debug, Clone, Default)]
pub(in crate::files) struct Listings(Arc<Mutex<VecDeque<Known>>>);

#[derive(Debug, Clone)]
struct Known {
    overlay: OverlayId,
    path: FilePath,
    stamp: Stamp,
    names: Arc<Vec<Name>>,
}

#[derive(Debug)]
struct Name {
    folder: bool,
    name: CString,
}

/// What changes when something comes into a directory or leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    #[expect(clippy::cast_possible_wrap, reason = "nanoseconds are fewer than a thousand million")]
    fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            modified: (stat.st_mtime, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime, stat.st_ctime_nsec as i64),
        }
    }

    fn is_settled(&self) -> bool {
        clock_gettime(ClockId::Realtime).tv_sec - self.modified.0.max(self.changed.0) > LATELY
    }
}

impl Listings {
    fn find(&self, overlay: OverlayId, path: &FilePath, stamp: Stamp) -> Option<Arc<Vec<Name>>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|known| known.overlay == overlay && known.path == *path)?;
        let found = known.remove(at)?;
        if found.stamp != stamp {
            return None;
        }
        let names = Arc::clone(&found.names);
        known.push_front(found);
        Some(names)
    }

    fn keep(&self, found: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.overlay != found.overlay || known.path != found.path);
        known.push_front(found);
        let mut held = 0;
        known.retain(|known| {
            held += known.names.len();
            held <= REMEMBERED
        });
    }
}

impl Store {
    /// At most `limit` entries of a folder from `offset` on.
    ///
    /// # Errors
    ///
    /// When it is not there or no folder.
    pub fn list(&self, path: &FilePath, offset: usize, limit: usize) -> Result<Listing, FilesError> {
        let dir = self.dir(path)?;
        let stamp = Stamp::of(&fstat(&dir).map_err(|error| FilesError::of(path)(error.into()))?);
        let names = if let Some(names) = self.listings.find(self.overlay, path, stamp) {
            names
        } else {
            let names = Arc::new(read(dir.as_fd()).map_err(FilesError::of(path))?);
            if stamp.is_settled() {
                let known = Known { overlay: self.overlay, path: path.clone(), stamp, names: Arc::clone(&names) };
                self.listings.keep(known);
            }
            names
        };
        let mut entries = Vec::new();
        for Name { name, .. } in names.iter().skip(offset).take(limit) {
            // What has gone meanwhile is left out.
            if let Some(stat) = beneath::stat(dir.as_fd(), name.as_c_str()).map_err(FilesError::of(path))? {
                entries.push(Entry::of(name, &stat));
            }
        }
        Ok(Listing { entries, offset, total: names.len() })
    }
}

impl Entry {
    fn of(name: &CStr, stat: &Stat) -> Self {
        let kind = match beneath::kind(stat) {
            FileType::Directory => EntryKind::Folder,
            FileType::RegularFile => EntryKind::File(stat.st_size.try_into().unwrap_or(0)),
            FileType::Symlink => EntryKind::Link,
            _ => EntryKind::Other,
        };
        let name_of_ours = name.to_str().ok().and_then(|name| FileName::parse(name).ok());
        let lossy = name.to_string_lossy();
        let shown = crate::live::plain(&lossy).into_owned();
        Self { name: name_of_ours, shown, kind }
    }
}

fn read(dir: std::os::fd::BorrowedFd<'_>) -> std::io::Result<Vec<Name>> {
    let mut names = Vec::new();
    beneath::entries(dir, |name, kind| {
        if !name.to_bytes().starts_with(OWN_PREFIX.as_bytes()) {
            names.push(Name { folder: kind == FileType::Directory, name: name.to_owned() });
        }
        Ok(())
    })?;
    names.sort_by_cached_key(|entry| {
        let lower = entry.name.to_bytes().to_ascii_lowercase();
        (!entry.folder, lower, entry.name.clone())
    });
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(listings: &Listings, overlay: i64, path: &str, stamp: Stamp, entries: usize) {
        let name = |number: usize| Name { folder: false, name: CString::new(number.to_string()).unwrap() };
        let (overlay, path) = (OverlayId(overlay), FilePath::parse(path).unwrap());
        listings.keep(Known { overlay, path, stamp, names: Arc::new((0..entries).map(name).collect()) });
    }

    fn find(listings: &Listings, overlay: i64, path: &str, stamp: Stamp) -> Option<usize> {
        listings.find(OverlayId(overlay), &FilePath::parse(path).unwrap(), stamp).map(|names| names.len())
    }

    #[test]
    fn what_is_remembered_is_of_this_folder_and_of_now() {
        let then = Stamp { device: 1, inode: 2, modified: (100, 5), changed: (100, 5) };
        let listings = Listings::default();
        known(&listings, 1, "cfg", then, 3);
        assert_eq!(find(&listings, 1, "cfg", then), Some(3));
        assert_eq!((find(&listings, 2, "cfg", then), find(&listings, 1, "cfg2", then)), (None, None));
        for other in [
            Stamp { inode: 3, ..then },
            Stamp { device: 2, ..then },
            Stamp { modified: (100, 6), ..then },
            Stamp { changed: (101, 5), ..then },
        ] {
            known(&listings, 1, "cfg", then, 3);
            assert_eq!(find(&listings, 1, "cfg", other), None, "{other:?}");
            assert_eq!(find(&listings, 1, "cfg", then), None, "what has changed once is read anew");
        }
    }

    #[test]
    fn so_many_entries_are_remembered_and_no_more() {
        let stamp = Stamp { device: 1, inode: 2, modified: (100, 5), changed: (100, 5) };
        let listings = Listings::default();
        for number in 0..5 {
            known(&listings, number, "", stamp, REMEMBERED / 4);
        }
        assert_eq!(find(&listings, 0, "", stamp), None, "the one that was asked for longest ago goes");
        assert!((1..5).all(|number| find(&listings, number, "", stamp).is_some()));
    }

    #[test]
    fn what_changed_lately_is_not_settled() {
        let now = clock_gettime(ClockId::Realtime).tv_sec;
        let at =
            |modified: i64, changed: i64| Stamp { device: 1, inode: 2, modified: (modified, 0), changed: (changed, 0) };
        assert!(!at(now, now).is_settled() && !at(now - 100, now).is_settled() && !at(now, now - 100).is_settled());
        assert!(at(now - 100, now - 100).is_settled());
    }

    #[test]
    fn the_same_list_is_read_and_remembered() {
        let root = tempfile::tempdir().unwrap();
        let store = crate::files::Files::new(root.path()).store(OverlayId(7)).unwrap();
        for number in 0..30 {
            std::fs::write(root.path().join(format!("files/7/{number:02}")), "").unwrap();
        }
        let top = FilePath::default();
        let read = store.list(&top, 5, 10).unwrap();
        // As if it had been read long after it last changed.
        let stamp = Stamp::of(&fstat(&store.top).unwrap());
        let names = Arc::new(super::read(store.top.as_fd()).unwrap());
        store.listings.keep(Known { overlay: OverlayId(7), path: top.clone(), stamp, names });
        assert_eq!(store.list(&top, 5, 10).unwrap(), read);
        std::fs::remove_file(root.path().join("files/7/07")).unwrap();
        let after = store.list(&top, 5, 10).unwrap();
        assert!(after.total == 29 && after.entries.iter().all(|entry| entry.shown != "07"));
    }
}
