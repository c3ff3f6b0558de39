//! The listing of a server's files against the kernel: random layers, mounted by `left4me-overlay` and changed through
//! the mount, must be listed as the server sees them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use l4d2host::files::{FilePath, Kind, Page, Stack, cat, list};
use l4d2host::name::InstanceName;
use l4d2host::root::Root;

use crate::sandbox::{self, GAME, ROOT, Sandbox, UNIT};

const ROUNDS: u64 = 12;
const PINS: &str = "trees/overlay/one/1\noverlays/two\ntrees/installation/1\n";

/// A small generator, so that a seed tells the whole run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % sides
    }

    /// A path of few names, so that layers and changes meet often.
    fn path(&mut self) -> String {
        let depth = self.roll(4);
        let names = ["a", "b", "c"];
        let name = |dice: &mut Self| names[usize::try_from(dice.roll(3)).unwrap()];
        let mut path = name(self).to_owned();
        for _ in 0..depth {
            path = format!("{path}/{}", name(self));
        }
        path
    }

    /// A line of shell that changes something at a random path, or fails.
    fn change(&mut self) -> String {
        let (path, other) = (self.path(), self.path());
        match self.roll(8) {
            0 => format!("rm -rf {path}"),
            1 => format!("mkdir -p {path}"),
            2 => format!("ln -s {other} {path}"),
            3 => format!("rm -rf {path}; mkdir {path}"),
            4 => format!("mv -T {path} {other}"),
            5 => format!("chmod 0 {path}"),
            _ => format!("mkdir -p {path}.d; echo {other} >{path}; echo {path} >{path}.d/f"),
        }
    }
}

/// What is at a path: its kind, and content or target.
type Seen = BTreeMap<String, (Kind, Vec<u8>)>;

/// What the server sees, by looking at its mount.
fn mounted(dir: &Path, at: &str, seen: &mut Seen) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{at}{}", entry.file_name().to_str().unwrap());
        let kind = entry.file_type().unwrap();
        let (kind, content) = if kind.is_dir() {
            mounted(&entry.path(), &format!("{path}/"), seen);
            (Kind::Directory, Vec::new())
        } else if kind.is_symlink() {
            (Kind::Symlink, fs::read_link(entry.path()).unwrap().into_os_string().into_encoded_bytes())
        } else {
            (Kind::File, fs::read(entry.path()).unwrap())
        };
        seen.insert(path, (kind, content));
    }
}

/// What we list.
fn listed(root: &Root, at: &str, seen: &mut Seen) {
    let open = || Stack::of_server(root, &InstanceName::parse("alpha").unwrap()).unwrap();
    let parse = |path: &str| FilePath::parse(OsStr::new(path)).unwrap();
    let stack = open();
    let listing = list(&stack, &parse(at), Page { offset: 0, limit: usize::MAX }).unwrap();
    drop(stack);
    assert_eq!((listing.warnings.len(), listing.total), (0, listing.entries.len()), "{listing:?}");
    for entry in listing.entries {
        let path = format!("{at}{}", entry.name);
        let mut content = Vec::new();
        match entry.kind {
            Kind::Directory => listed(root, &format!("{path}/"), seen),
            Kind::Symlink => content = entry.target.unwrap().into_bytes(),
            _ => cat(open(), &parse(&path), 0, &mut content).unwrap(),
        }
        seen.insert(path, (entry.kind, content));
    }
}

/// Runs a line of shell in the root directory.
fn in_root(line: &str) {
    sandbox::shell(&format!("cd {ROOT}; {line}"));
}

fn round(sandbox: &Sandbox, root: &Root, seed: u64) {
    let mut dice = Dice(seed);
    in_root("rm -rf trees overlays runtime instances; mkdir -p overlays/two trees/overlay/one/1 trees/installation/1");
    for layer in PINS.lines() {
        let changes: String = (0..20).map(|_| dice.change() + "\n").collect();
        in_root(&format!("cd {layer}; set +e; {{ {changes} }} 2>/dev/null; chmod -R u=rwX .; true"));
    }
    in_root("chown -R --reference=. trees overlays");
    sandbox.instance("alpha", PINS);
    sandbox.overlay_works(&["mount", "alpha"]);
    let stack = sandbox::server("alpha");
    let changes: String = (0..30).map(|_| dice.change() + "\n").collect();
    let _ = sandbox.in_unit(&stack, (UNIT, GAME), &format!("set +e; {{ {changes} }} 2>/dev/null"));
    let (mut ours, mut theirs) = (Seen::new(), Seen::new());
    mounted(Path::new(&stack), "", &mut theirs);
    listed(root, "", &mut ours);
    assert_eq!(ours, theirs, "seed {seed:#x}");
    sandbox.overlay_works(&["umount", "alpha"]);
    let mut after = Seen::new();
    listed(root, "", &mut after);
    assert_eq!(after, ours, "seed {seed:#x}");
}

#[test]
fn a_listing_is_what_the_server_sees() {
    sandbox::run(|sandbox| {
        sandbox.directory("locks");
        let root = Root::open(Path::new(ROOT)).unwrap();
        for number in 1..=ROUNDS {
            round(sandbox, &root, number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    });
}
