//! Proof 4: `l4d2ctl` is killed from outside, by SIGKILL, as it enters each system call that changes something or prints
//! (so also at each `step:` line), for every verb. The same command then succeeds and leaves what it should.
//!
//! strace(1) delivers the signals; nothing in the product knows about it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::fake_host::{FakeHost, give_away};
use crate::sandbox::command;

/// The system calls at which the program is killed.
pub(crate) const CALLS: &str = "write,rename,renameat,renameat2,symlinkat,linkat,mkdir,mkdirat,unlink,unlinkat,rmdir,fsync,syncfs,chmod,fchmod,fchmodat,flock,clone,clone3,vfork";

const SPEC: &str = "port: 27015\noverlays: [{path: plain, alias: base}]\nconfig: [exec server_base]\n";

/// A host with build 1 of the game, a plain overlay, and a server that has its spec.
fn host() -> FakeHost {
    let host = FakeHost::new();
    host.write("root/overlays/plain/left4dead2/cfg/server.cfg", "hostname one\n");
    host.publish(1, &[("srcds_run", "one"), ("left4dead2/gameinfo.txt", "one")]);
    host.write("spec", SPEC);
    initialize(&host, SPEC);
    host
}

fn initialize(host: &FakeHost, spec: &str) {
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin(spec).assert().success();
}

/// A host on which the server runs and has written something.
fn running() -> FakeHost {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host.write("root/runtime/alpha/upper/left4dead2/logs/deep/er/log", "x");
    host.write("root/runtime/alpha/upper/left4dead2/addons/x.txt", "x");
    host
}

/// Runs the verb again and again, killed one system call later each time, and again to its end; `broken` looks at what
/// a kill left, `done` at the end.
pub(crate) fn survive(
    arguments: &[&str],
    make: impl Fn() -> FakeHost,
    broken: impl Fn(&FakeHost),
    done: impl Fn(&FakeHost),
) -> usize {
    survive_at_each(CALLS, arguments, make, broken, done)
}

/// As [`survive`], at these system calls.
pub(crate) fn survive_at_each(
    calls: &str,
    arguments: &[&str],
    make: impl Fn() -> FakeHost,
    broken: impl Fn(&FakeHost),
    done: impl Fn(&FakeHost),
) -> usize {
    // strace counts each system call for itself.
    calls.split(',').map(|call| survive_at(call, arguments, &make, &broken, &done)).sum()
}

/// As [`survive`], for one system call; returns how often the program was killed.
fn survive_at(
    call: &str,
    arguments: &[&str],
    make: &impl Fn() -> FakeHost,
    broken: &impl Fn(&FakeHost),
    done: &impl Fn(&FakeHost),
) -> usize {
    for at in 1.. {
        assert!(at < 1000, "{arguments:?} never ended");
        let host = make();
        give_away(&host.root(""));
        let arguments: Vec<String> =
            arguments.iter().map(|argument| argument.replace("HOST", host.path().to_str().unwrap())).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", host.path().join("bin").display());
        let killed = command("strace")
            .args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}")])
            .args(["-e", &format!("inject={call}:signal=KILL:when={at}")])
            .arg(env!("CARGO_BIN_EXE_l4d2ctl"))
            .args(&arguments)
            .env_clear()
            .env("PATH", path)
            .env("LEFT4ME_ROOT", host.root(""))
            .output()
            .unwrap();
        let whole = killed.status.success();
        let was_killed = killed.status.signal() == Some(9) || killed.status.code() == Some(128 + 9);
        assert!(whole || was_killed, "{arguments:?} at {call} {at}: {killed:?}");
        broken(&host);
        let again = host.l4d2ctl(&arguments).output().unwrap();
        assert!(again.status.success(), "{arguments:?} killed at {call} {at}, then: {again:?}");
        done(&host);
        no_leftovers(&host.root(""));
        if whole {
            return at - 1;
        }
    }
    unreachable!("the loop ends in a return")
}

/// Nothing half-written stays below the root, and nothing belongs to root.
fn no_leftovers(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(!name.starts_with('.') || name == ".trash", "{} stays", entry.path().display());
        if entry.file_type().unwrap().is_dir() {
            no_leftovers(&entry.path());
        }
    }
}

fn spec_of(host: &FakeHost) -> Option<String> {
    fs::read_to_string(host.root("instances/alpha/spec.yaml")).ok()
}

/// Whatever a server is enabled on is there: the trees of its pins, and its arguments.
fn enabled_is_whole(host: &FakeHost) {
    if fs::symlink_metadata(host.root("system/wants/left4me-server@alpha.service")).is_err() {
        return;
    }
    let pins = fs::read_to_string(host.root("instances/alpha/pins")).unwrap();
    assert!(pins.ends_with('\n') && pins.lines().all(|layer| host.root(layer).is_dir()), "{pins}");
    assert!(fs::read(host.root("instances/alpha/argv")).unwrap().ends_with(b"\0"));
}

fn is_running(host: &FakeHost, tree: u32) {
    assert_eq!(host.unit("left4me-server@alpha.service").as_deref(), Some("active running"));
    enabled_is_whole(host);
    let pins = fs::read_to_string(host.root("instances/alpha/pins")).unwrap();
    assert_eq!(pins, format!("overlays/plain\ntrees/installation/{tree}\n"));
    let cfg = host.root("runtime/alpha/upper/left4dead2/cfg");
    assert_eq!(fs::read_to_string(cfg.join("server.cfg")).unwrap(), "exec server_base\n");
    assert_eq!(fs::read_to_string(cfg.join("server_base.cfg")).unwrap(), "hostname one\n");
}

fn is_down(host: &FakeHost) {
    assert_eq!(host.unit("left4me-server@alpha.service"), None);
    assert!(fs::symlink_metadata(host.root("system/wants/left4me-server@alpha.service")).is_err());
    assert!(!host.root("instances/alpha/pins").exists());
}

#[test]
fn proof4_initialize_survives_every_kill() {
    let new = "port: 27016\n";
    let make = || {
        let host = host();
        host.write("spec", new);
        host
    };
    let whole = |host: &FakeHost| assert!(matches!(spec_of(host).unwrap().as_str(), SPEC | "port: 27016\n"));
    let kills = survive(&["initialize", "alpha", "-f", "HOST/spec"], make, whole, |host| {
        assert_eq!(spec_of(host).unwrap(), new);
    });
    assert!(kills > 8, "{kills}");
    let fresh = || {
        let host = make();
        fs::remove_dir_all(host.root("instances")).unwrap();
        host
    };
    survive(&["initialize", "alpha", "-f", "HOST/spec"], fresh, |_| {}, |host| assert_eq!(spec_of(host).unwrap(), new));
}

#[test]
fn proof4_start_survives_every_kill() {
    let kills = survive(&["start", "alpha"], host, enabled_is_whole, |host| is_running(host, 1));
    assert!(kills > 20, "{kills}");
}

#[test]
fn proof4_stop_survives_every_kill() {
    let kills = survive(&["stop", "alpha"], running, enabled_is_whole, is_down);
    assert!(kills > 10, "{kills}");
}

#[test]
fn proof4_restart_survives_every_kill() {
    let make = || {
        let host = running();
        host.publish(2, &[("srcds_run", "two"), ("left4dead2/gameinfo.txt", "two")]);
        host
    };
    let kills = survive(&["restart", "alpha"], make, enabled_is_whole, |host| {
        is_running(host, 2);
        assert!(!host.root("trees/installation/1").exists());
    });
    assert!(kills > 10, "{kills}");
}

#[test]
fn proof4_reset_survives_every_kill() {
    let kills = survive(&["reset", "alpha"], running, enabled_is_whole, |host| {
        is_down(host);
        assert!(!host.root("runtime/alpha").exists() && !host.root("instances/alpha/argv").exists());
        assert_eq!(spec_of(host).unwrap(), SPEC);
    });
    assert!(kills > 10, "{kills}");
}

#[test]
fn proof4_delete_survives_every_kill() {
    let kills = survive(&["delete", "alpha"], running, enabled_is_whole, |host| {
        is_down(host);
        assert!(!host.root("runtime/alpha").exists() && !host.root("instances/alpha").exists());
    });
    assert!(kills > 10, "{kills}");
}

#[test]
fn proof4_gc_survives_every_kill() {
    let make = || {
        let host = running();
        for number in 2..5 {
            host.publish(number, &[("srcds_run", "x"), ("a/b/c/d", "x")]);
        }
        host.write("root/trees/installation/.new-5/a/b", "x");
        host
    };
    let kills = survive(&["gc"], make, enabled_is_whole, |host| {
        let mut trees: Vec<_> = fs::read_dir(host.root("trees/installation"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        trees.sort();
        assert_eq!(trees, ["1", "4"]);
        assert_eq!(fs::read_dir(host.root("trees/.trash")).unwrap().count(), 0);
    });
    assert!(kills > 10, "{kills}");
}
