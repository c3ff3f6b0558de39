//! Whether everything below the root belongs to its owner (invariant I3).
//!
//! Left out: an admin's plain directories (`plain` looks at them), and the work directories of mounts, in which the kernel
//! keeps a directory of root's.

use std::ffi::{CStr, OsStr};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, statat};

use super::Check;
use crate::beneath::{DEPTH_MAX, entries, open_dir, open_dir_beneath};
use crate::root::Root;

/// So many entries are looked at; enough for several installations.
const ENTRIES_MAX: usize = 200_000;

pub(super) fn ownership(root: &Root) -> Check {
    let (uid, gid) = root.owner();
    if uid == 0 {
        return Check::fail("ownership", format!("{} belongs to root", root.path().display()), "run deploy/install.sh");
    }
    let mut walk = Walk { owner: (uid, gid), left: ENTRIES_MAX, found: None };
    if let Ok(dir) = open_dir(root.path()) {
        walk.below(dir.as_fd(), Path::new(""), 0);
    }
    match walk.found {
        Some((path, owner, group)) => {
            let path = root.path().join(path);
            Check::fail(
                "ownership",
                format!(
                    "{} belongs to user {owner} and group {group}, not to the owner of {}",
                    path.display(),
                    root.path().display()
                ),
                format!(
                    "chown -h {uid}:{gid} {}, and see what made it: only that owner may write there",
                    path.display()
                ),
            )
        }
        None if walk.left == 0 => Check::ok("ownership", format!("the first {ENTRIES_MAX} files have the right owner")),
        None => Check::ok("ownership", "every file has the right owner"),
    }
}

struct Walk {
    owner: (u32, u32),
    left: usize,
    found: Option<(PathBuf, u32, u32)>,
}

impl Walk {
    fn below(&mut self, dir: BorrowedFd<'_>, path: &Path, depth: usize) {
        // What cannot be listed is ours and was locked by a program inside, or has just gone.
        let mut list = entries(dir).unwrap_or_default();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in list {
            if self.found.is_some() || self.left == 0 {
                return;
            }
            self.left -= 1;
            let here = path.join(OsStr::from_bytes(entry.name.to_bytes()));
            let Ok(stat) = statat(dir, &entry.name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            if is_left_out(path, &entry.name, entry.kind) {
                continue;
            }
            if (stat.st_uid, stat.st_gid) != self.owner {
                self.found = Some((here, stat.st_uid, stat.st_gid));
                return;
            }
            if entry.kind == FileType::Directory
                && depth < DEPTH_MAX
                && let Ok(sub) = open_dir_beneath(dir, entry.name.as_c_str())
            {
                self.below(sub.as_fd(), &here, depth + 1);
            }
        }
    }
}

fn is_left_out(parent: &Path, name: &CStr, kind: FileType) -> bool {
    if kind != FileType::Directory {
        return false;
    }
    let parents: Vec<&[u8]> = parent.iter().map(OsStr::as_bytes).collect();
    matches!(
        (parents.as_slice(), name.to_bytes()),
        ([], b"lost+found") | ([b"overlays"], _) | ([b"runtime" | b"builds", _, b"work"], b"work")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", c"lost+found", true)]
    #[case("overlays", c"mods", true)]
    #[case("runtime/alpha/work", c"work", true)]
    #[case("builds/installation/work", c"work", true)]
    #[case("runtime/alpha", c"work", false)]
    #[case("runtime/alpha/upper/work", c"work", false)]
    #[case("", c"overlays", false)]
    fn left_out(#[case] parent: &str, #[case] name: &CStr, #[case] expected: bool) {
        assert_eq!(is_left_out(Path::new(parent), name, FileType::Directory), expected);
    }
}
