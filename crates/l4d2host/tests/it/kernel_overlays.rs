//! Proof 7 for overlays: random edits on a real stack, mounted by `left4me-overlay`. What is published then is what the
//! program saw, in kind, content, mode, link target, time and user attributes, and what is listed is that too.
//!
//! `LEFT4ME_TEST_SEEDS` is how many seeds are tried (8 unless it is set).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use l4d2host::beneath::open_dir;
use l4d2host::files::{FilePath, Kind, Page, Stack, list};
use l4d2host::name::{BuildName, OverlayRef};
use l4d2host::root::Root;
use l4d2host::tree::attributes::user_attributes;
use l4d2host::tree::prune::{EVERYTHING, prune};
use l4d2host::tree::publish::Build;
use l4d2host::tree::settle::Made;
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;

use crate::sandbox::{self, BUILD, OWNER, ROOT, Sandbox};

const SEEDS: u64 = 8;
/// Trees that are published one after the other with each seed, and edits before each.
const GENERATIONS: u32 = 4;
const EDITS: u32 = 40;
/// The uid of the unit.
const UNIT: u32 = 62_345;
const STACK: &str = "/run/left4me/build/5";

/// What an edit does, by its name; `n` is a small number. What fails, fails. Prints the names of what did not.
const EDITOR: &str = r#"
import os, sys
def write(path, mode, text):
    with open(path, mode) as file: file.write(text)
OPS = {
    "write": lambda path, other, n: write(path, "w", other * n),
    "append": lambda path, other, n: write(path, "a", other),
    "again": lambda path, other, n: write(path, "r+", open(path).read()),
    "truncate": lambda path, other, n: os.truncate(path, n),
    "chmod": lambda path, other, n: os.chmod(path, (0o000, 0o400, 0o640, 0o700, 0o755, 0o777)[n]),
    "mkdir": lambda path, other, n: os.mkdir(path),
    "opaque": lambda path, other, n: (os.system(f"rm -rf '{path}'"), os.mkdir(path), write(path + "/a", "w", other)),
    "rmdir": lambda path, other, n: os.rmdir(path),
    "unlink": lambda path, other, n: os.unlink(path),
    "rename": lambda path, other, n: os.rename(path, other),
    "symlink": lambda path, other, n: os.symlink(other, path),
    "link": lambda path, other, n: os.link(other, path, follow_symlinks=False),
    "setxattr": lambda path, other, n: os.setxattr(path, f"user.x{n}", other.encode() * n, follow_symlinks=False),
    "removexattr": lambda path, other, n: os.removexattr(path, [x for x in os.listxattr(path) if x.startswith("user.x")][0]),
    "forge": lambda path, other, n: os.setxattr(path, ("user.overlay.opaque", "user.overlay.whiteout")[n % 2], b"y"),
    "utime": lambda path, other, n: os.utime(path, ns=(1, n * 1_000_000_007), follow_symlinks=False),
}
for line in open(sys.argv[1], encoding="utf-8"):
    op, path, other, n = line.rstrip("\n").split("\t")
    try:
        OPS[op](path, other, int(n))
        print(op)
    except (OSError, IndexError):
        pass
"#;
const OPS: [&str; 16] = [
    "write",
    "append",
    "again",
    "truncate",
    "chmod",
    "mkdir",
    "opaque",
    "rmdir",
    "unlink",
    "rename",
    "symlink",
    "link",
    "setxattr",
    "removexattr",
    "forge",
    "utime",
];

/// A small generator, so that a seed tells the whole run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// A path of few names, so that edits and trees meet often.
    fn path(&mut self) -> String {
        let depth = self.roll(3) + 1;
        let names: Vec<&str> = (0..depth).map(|_| ["a", "b", "d e", "ü"][self.roll(4)]).collect();
        names.join("/")
    }

    fn edits(&mut self) -> String {
        let edit = |_| format!("{}\t{}\t{}\t{}\n", OPS[self.roll(OPS.len())], self.path(), self.path(), self.roll(6));
        (0..EDITS).map(edit).collect()
    }
}

/// What a path is, as far as a tree keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    kind: Kind,
    mode: u32,
    content: Vec<u8>,
    changed: (i64, i64),
    attributes: Vec<(std::ffi::CString, Vec<u8>)>,
}

type All = BTreeMap<String, Seen>;

/// Everything below a directory; modes as publishing sets them.
fn look(dir: &Path, at: &str, seen: &mut All) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{at}{}", entry.file_name().to_str().unwrap());
        let meta = fs::symlink_metadata(entry.path()).unwrap();
        let (kind, mode, content) = if meta.is_dir() {
            look(&entry.path(), &format!("{path}/"), seen);
            (Kind::Directory, 0o755, Vec::new())
        } else if meta.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            (Kind::Symlink, 0o777, target.into_os_string().into_encoded_bytes())
        } else {
            let mode = if meta.mode() & 0o111 == 0 { 0o644 } else { 0o755 };
            (Kind::File, mode, fs::read(entry.path()).unwrap())
        };
        let attributes = if kind == Kind::Symlink {
            Vec::new()
        } else {
            user_attributes(fs::File::open(entry.path()).unwrap().as_fd()).unwrap()
        };
        let changed = (meta.mtime(), meta.mtime_nsec());
        seen.insert(path, Seen { kind, mode, content, changed, attributes });
    }
}

fn all(dir: &Path) -> All {
    let mut seen = All::new();
    look(dir, "", &mut seen);
    seen
}

/// What `l4d2ctl overlay files` lists must be that.
fn check_listing(root: &Root, at: &str, seen: &All) -> usize {
    let stack = Stack::of_overlay(root, &OverlayRef::parse("5").unwrap()).unwrap();
    let path = FilePath::parse(OsStr::new(at)).unwrap();
    let listing = list(&stack, &path, Page { offset: 0, limit: usize::MAX }).unwrap();
    assert_eq!((listing.warnings.len(), listing.total), (0, listing.entries.len()), "{listing:?}");
    let mut count = listing.entries.len();
    for entry in listing.entries {
        let path = format!("{at}{}", entry.name);
        let there = &seen[&path];
        let size = (there.kind == Kind::File).then_some(there.content.len() as u64);
        let shown = (entry.kind, entry.mode, entry.mtime, entry.target.map(String::into_bytes));
        let target = (there.kind == Kind::Symlink).then(|| there.content.clone());
        assert_eq!(shown, (there.kind, format!("{:04o}", there.mode), there.changed.0, target), "{path}");
        if there.kind == Kind::File {
            assert_eq!(entry.size, size, "{path}");
        }
        if entry.kind == Kind::Directory {
            count += check_listing(root, &format!("{path}/"), seen);
        }
    }
    count
}

/// Makes this thread act as another user, as left4me where l4d2ctl is at work.
fn as_user<T>(uid: u32, work: impl FnOnce() -> T) -> T {
    let root = Uid::ROOT;
    set_thread_res_uid(root, Uid::from_raw(uid), root).unwrap();
    let done = work();
    set_thread_res_uid(root, root, root).unwrap();
    done
}

/// Edits on top of what is published, and publishes what comes of it; returns the names of the edits that worked.
fn generation(sandbox: &Sandbox, root: &Root, edits: &str, which: &str) -> BTreeSet<String> {
    let name = BuildName::parse("5").unwrap();
    let published = root.join("overlays/5");
    let before = published.exists().then(|| (fs::canonicalize(&published).unwrap(), all(&published)));
    let build = as_user(OWNER, || {
        let build = Build::lock(root, &name).unwrap();
        build.prepare(false, false).unwrap();
        build
    });
    sandbox.write("builds/5/script", "");
    sandbox.overlay_works(&["mount-build", "5"]);
    fs::write("/run/edits", edits).unwrap();
    let outcome = sandbox.in_unit(STACK, (UNIT, BUILD), "python3 /run/edit.py /run/edits");
    assert_eq!(outcome.code, Some(0), "{which}: {outcome:?}");
    let seen = all(Path::new(STACK));
    sandbox.overlay_works(&["umount-build", "5"]);
    as_user(OWNER, || {
        let settled = build.settle(Made::ByAUnit).unwrap();
        if let Some((tree, _)) = &before {
            let (upper, base) = (open_dir(&build.upper()).unwrap(), open_dir(tree).unwrap());
            prune(upper.as_fd(), base.as_fd(), EVERYTHING).unwrap();
        }
        settled.publish().unwrap();
    });
    let after = all(&published);
    for (path, there) in &seen {
        assert_eq!(after.get(path), Some(there), "{which}: {path}\n{edits}");
    }
    assert_eq!(
        after.len(),
        seen.len(),
        "{which}: {:?}\n{edits}",
        after.keys().filter(|path| !seen.contains_key(*path)).collect::<Vec<_>>()
    );
    assert_eq!(check_listing(root, "", &after), after.len(), "{which}");
    if let Some((tree, content)) = before {
        assert!(all(&tree) == content, "{which}: the tree before has changed\n{edits}");
        for (path, old) in content {
            let (old_file, new_file) = (tree.join(&path), published.join(&path));
            if old.kind == Kind::File && after.get(&path) == Some(&old) {
                let inode = |file: &Path| fs::symlink_metadata(file).unwrap().ino();
                assert_eq!(inode(&old_file), inode(&new_file), "{which}: {path} is the same, and not shared\n{edits}");
            }
        }
    }
    outcome.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn proof7_what_is_published_is_what_the_program_saw() {
    let seeds = std::env::var("LEFT4ME_TEST_SEEDS").map_or(SEEDS, |seeds| seeds.parse().unwrap());
    sandbox::run(|sandbox| {
        sandbox.user("l4d2b-5", UNIT);
        for directory in ["locks", "overlays", "trees", "builds"] {
            sandbox.directory(directory);
        }
        fs::write("/run/edit.py", EDITOR).unwrap();
        let root = Root::open(Path::new(ROOT)).unwrap();
        let mut worked = BTreeSet::new();
        for number in 1..=seeds {
            let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            sandbox::shell(&format!("cd {ROOT}; rm -rf overlays/5 trees/overlay builds/5"));
            for generation in 1..=GENERATIONS {
                let which = format!("seed {number}, generation {generation}");
                worked.extend(self::generation(sandbox, &root, &dice.edits(), &which));
            }
        }
        assert_eq!(worked.len(), OPS.len(), "only {worked:?} ever worked");
    });
}
