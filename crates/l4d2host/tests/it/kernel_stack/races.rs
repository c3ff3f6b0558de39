//! Links swapped in while the helper works: whatever it resolves, it must never leave the root directory.

use crate::sandbox::{self, OWNER, Sandbox, mount_table, server, shell};
use l4d2host::name::InstanceName;
use l4d2host::stack::{self, Ending, StackError, Target};
use nix::sched::{CloneFlags, unshare};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{lchown, symlink};
use std::path::PathBuf;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How often the helper runs against a swap.
const ROUNDS: usize = 10_000;

/// What is swapped with links: a layer, a directory on the way to it, the pins, what holds the upper layer, and the
/// two that the kernel itself resolves by name and accepts only from one mount.
const SWAPPED: [&[&str]; 8] = [
    &["overlays/plain/inner"],
    &["overlays/plain"],
    &["overlays"],
    &["instances/alpha/pins"],
    &["instances/alpha"],
    &["runtime/alpha/upper"],
    &["runtime/alpha/upper", "runtime/alpha/work"],
    &["runtime/alpha"],
];

/// A copy of everything, outside of the root, that a link leads to; with another content.
const DECOY: &str = "/var/lib/decoy";

fn set_up(sandbox: &Sandbox) {
    // In memory: each unmount of an overlay syncs the whole file system of its upper layer, which takes milliseconds.
    shell(&format!("mount -t tmpfs -o mode=755,uid={OWNER},gid={OWNER} tmpfs {}", sandbox::ROOT));
    sandbox.write("overlays/plain/inner/name", "ours");
    sandbox.instance("alpha", "overlays/plain/inner\n");
    shell(&format!("cp -a {} {DECOY}; echo -n theirs > {DECOY}/overlays/plain/inner/name", sandbox::ROOT));
    sandbox.write("overlays/other/name", "theirs");
    fs::write(format!("{DECOY}/instances/alpha/pins"), "overlays/other\n").unwrap();
    for path in SWAPPED.concat().into_iter().collect::<BTreeSet<_>>() {
        let link = link(path);
        symlink(PathBuf::from(DECOY).join(path), sandbox.path(&link)).unwrap();
        lchown(sandbox.path(&link), Some(OWNER), Some(OWNER)).unwrap();
    }
}

fn link(path: &str) -> String {
    format!("{path}-link")
}

/// Exchanges the chosen paths with their links, again and again, and leaves all as it was.
fn swap(chosen: &AtomicUsize, over: &AtomicBool, swaps: &AtomicUsize) {
    while !over.load(Ordering::Relaxed) {
        let paths = SWAPPED[chosen.load(Ordering::Relaxed)];
        for path in [paths, paths].concat() {
            let below = |path: &str| PathBuf::from(sandbox::ROOT).join(path);
            renameat_with(CWD, below(path), CWD, below(&link(path)), RenameFlags::EXCHANGE).unwrap();
            swaps.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Ends the swaps when the rounds are over, or when one of them fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One mount and unmount against the swap: either refused, or made of what is ours. Says which.
fn round(target: &Target) -> bool {
    let mounted = match stack::mount(target) {
        Ok(()) => {
            let name = fs::read_to_string(server("alpha") + "/name").unwrap();
            assert_eq!(name, "ours", "a mount of what stands outside of the root");
            true
        }
        // A swap that the kernel met where it resolves `upper` itself has the kernel's words.
        Err(StackError::Data { .. } | StackError::Overlay { .. }) => false,
        Err(error) => panic!("{error}"),
    };
    match stack::umount(target, &Ending::default()) {
        Ok(()) => mounted,
        Err(error) => panic!("{error}"),
    }
}

/// Proof 8: a symbolic link is swapped in during the call, ten thousand times.
#[test]
fn proof8_link_swapped_during_the_call() {
    sandbox::run(|sandbox| {
        set_up(sandbox);
        let target = Target::Server(InstanceName::parse("alpha").unwrap());
        let before = mount_table();
        let untouched = shell(&format!("cd {DECOY}; find . -printf '%p %i %s %T@\\n'"));
        let (chosen, over, swaps) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
        let ready = Barrier::new(2);
        let (mut mounted, mut refused) = ([0; SWAPPED.len()], [0; SWAPPED.len()]);
        // A thread may change its mount namespace only while no other shares its working directory.
        unshare(CloneFlags::CLONE_FS).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                unshare(CloneFlags::CLONE_FS).unwrap();
                ready.wait();
                swap(&chosen, &over, &swaps);
            });
            ready.wait();
            let _over = Over(&over);
            for count in 0..ROUNDS {
                let index = count * SWAPPED.len() / ROUNDS;
                chosen.store(index, Ordering::Relaxed);
                let tally = if round(&target) { &mut mounted } else { &mut refused };
                tally[index] += 1;
            }
        });
        eprintln!("{} swaps; mounted {mounted:?}, refused {refused:?}", swaps.into_inner());
        assert!(mounted.iter().chain(&refused).all(|count| *count > 0), "each swap was met both ways");
        assert_eq!(before, mount_table());
        assert_eq!(untouched, shell(&format!("cd {DECOY}; find . -printf '%p %i %s %T@\\n'")));
    });
}
