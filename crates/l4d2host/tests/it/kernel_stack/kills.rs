//! The helper killed, or its system call refused, at each step: `strace` does both from outside.

use crate::sandbox::{self, Outcome, Sandbox, command, mount_table, server};
use nix::sys::wait::wait;
use std::fs;

/// Every system call by which `mount` and `umount` read or change anything.
const CALLS: [&str; 25] = [
    "chdir",
    "clone",
    "close",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fstat",
    "getdents64",
    "mkdirat",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "openat",
    "openat2",
    "pipe2",
    "read",
    "readlink",
    "renameat",
    "setns",
    "umount2",
    "unlinkat",
    "unshare",
    "wait4",
    "write",
];

/// The faults: death on entering the call, and its failure.
const KILLED: &str = "signal=KILL";
const FAILED: &str = "error=EIO";

/// More than any call is made in one run.
const STEPS: usize = 200;

/// Runs the helper with a fault in the n-th call of one kind. Says how it ended, or nothing when there was no such call.
fn inject(verb: &str, call: &str, fault: &str, step: usize) -> Option<Outcome> {
    // A close that fails has closed all the same (close(2)); strace would leave it open.
    let fault = if call == "close" { KILLED } else { fault };
    let inject = format!("inject={call}:{fault}:when={step}");
    let mut strace = command("strace");
    strace.args(["-qq", "-o", "/run/trace", "-e", &format!("trace={call}"), "-e", &inject]);
    strace.arg(env!("CARGO_BIN_EXE_left4me-overlay")).args([verb, "alpha"]);
    let outcome: Outcome = strace.output().unwrap().into();
    let injected = fs::read_to_string("/run/trace").unwrap().contains("(INJECTED)");
    (injected || outcome.code.is_none()).then_some(outcome)
}

/// Nothing of a killed helper stays: not even the child that founded its user namespace.
fn reap() {
    while wait().is_ok() {}
}

/// Puts a fault into each step of `mount`, and then shows that the stack is there whole or not at all, and that the
/// next mount works. Returns how many steps there were.
fn every_step_of_mount(sandbox: &Sandbox, fault: &str) -> usize {
    let before = mount_table();
    let mut faults = 0;
    for call in CALLS {
        for step in 1..STEPS {
            let Some(outcome) = inject("mount", call, fault, step) else { break };
            reap();
            let now = mount_table();
            let whole = now.len() == before.len() + 1
                && fs::read_to_string(server("alpha") + "/name").is_ok_and(|name| name == "trees/installation/1");
            assert!(whole || now == before, "{call} {step}: {outcome:?}\n{now:#?}");
            assert!(whole || outcome.code != Some(0), "{call} {step}: a mount that succeeds is there");
            faults += 1;
            sandbox.overlay_works(&["mount", "alpha"]);
            sandbox.overlay_works(&["umount", "alpha"]);
            assert_eq!(before, mount_table(), "{call} {step}");
        }
        sandbox.overlay_works(&["umount", "alpha"]);
    }
    faults
}

/// Puts a fault into each step of `umount`, and then shows that the next one finishes the work. Returns how many steps
/// there were.
fn every_step_of_umount(sandbox: &Sandbox, fault: &str) -> usize {
    let before = mount_table();
    let mut faults = 0;
    for call in CALLS {
        for step in 1..STEPS {
            sandbox.overlay_works(&["mount", "alpha"]);
            let outcome = inject("umount", call, fault, step);
            sandbox.overlay_works(&["umount", "alpha"]);
            assert_eq!(before, mount_table(), "{call} {step}");
            assert!(!fs::exists(sandbox.path("runtime/alpha/work/work")).unwrap(), "{call} {step}");
            assert!(!fs::exists(server("alpha")).unwrap(), "{call} {step}");
            assert_eq!(fs::read_dir("/run/left4me/mounted").unwrap().count(), 0, "{call} {step}");
            if outcome.is_none() {
                break;
            }
            faults += 1;
        }
    }
    faults
}

/// Proof 4: the helper is killed at each system call of a mount.
#[test]
fn proof4_mount_killed_at_each_step() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(3));
        let kills = every_step_of_mount(sandbox, KILLED);
        assert!(kills > 100, "only {kills} steps were killed");
    });
}

/// Proof 4: each system call of a mount fails; the helper ends, says why, and nothing is half done.
#[test]
fn proof4_mount_fails_at_each_step() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(3));
        let failures = every_step_of_mount(sandbox, FAILED);
        assert!(failures > 100, "only {failures} steps failed");
    });
}

/// Proof 4: the helper is killed at each system call of an unmount; the next one finishes the work.
#[test]
fn proof4_umount_killed_at_each_step() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(3));
        let kills = every_step_of_umount(sandbox, KILLED);
        assert!(kills > 50, "only {kills} steps were killed");
    });
}

/// Proof 4: each system call of an unmount fails; the next one finishes the work.
#[test]
fn proof4_umount_fails_at_each_step() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(3));
        let failures = every_step_of_umount(sandbox, FAILED);
        assert!(failures > 50, "only {failures} steps failed");
    });
}
