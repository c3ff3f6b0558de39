//! `left4me-systemctl`.

use super::{CALLS, calls, record};
use crate::sandbox::{self, OWNER, Outcome, ROOT, command, shell};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::{Child, Stdio};

const SYSTEMCTL: &str = "/usr/bin/systemctl";
const LOG: &str = "/var/log/left4me/left4me-build@5.log";

/// A systemctl whose `start` of a build lasts until its `stop`, as systemd's does.
const LASTING: &str = "mkfifo /run/stopped 2>/dev/null\n\
    case \"$*\" in
    *start*) echo started; exec 9<>/run/stopped; code=1; [ -e /run/told ] || read -r code <&9; rm -f /run/told; exit \"$code\";;
    *stop*) touch /run/told; exec 9<>/run/stopped; echo 1 >&9;;
    esac";

fn systemctl(arguments: &[&str]) -> Outcome {
    command(env!("CARGO_BIN_EXE_left4me-systemctl")).args(arguments).env("PATH", "/evil").output().unwrap().into()
}

fn logs() {
    shell("mount -t tmpfs tmpfs /var/log; mkdir /var/log/left4me");
}

/// Starts a build and waits until its systemctl runs; the caller holds its standard input.
fn start_build() -> Child {
    let mut command = command(env!("CARGO_BIN_EXE_left4me-systemctl"));
    command.args(["start-build", "5"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), format!("log {LOG}"));
    assert_eq!(lines.next().unwrap().unwrap(), "started");
    child
}

/// Waits for the end of a build that nobody waits for any more: it was stopped, and says so.
fn was_stopped(child: Child) {
    let outcome: Outcome = child.wait_with_output().unwrap().into();
    let said = "left4me-systemctl: left4me-build@5 was stopped, because nobody waits for it any more\n";
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(75), said));
    let expected =
        ["start --quiet", "stop"].map(|verb| format!("systemctl --no-ask-password {verb} -- left4me-build@5.service"));
    // More than one stop where the machine has no time for the start to end.
    let mut calls = calls();
    calls.dedup();
    assert_eq!(calls, expected);
}

/// Design section 6: the steps of `enable` and `disable`, with the links on disk before the unit starts.
#[test]
fn enable_and_disable_take_their_steps_in_order() {
    sandbox::run(|_| {
        record(SYSTEMCTL, "case $2 in reset-failed) exit 1;; esac");
        let call = |words: &str| format!("systemctl --no-ask-password {words} -- left4me-server@alpha.service");
        assert_eq!(systemctl(&["enable", "alpha"]).code, Some(0));
        assert_eq!(calls(), [call("reset-failed"), call("enable --no-reload --quiet"), call("start")]);
        assert_eq!(systemctl(&["disable", "alpha"]).code, Some(0));
        assert_eq!(calls(), [call("disable --no-reload --quiet"), call("stop"), call("reset-failed")]);
        // What a killed helper left of its stack.
        fs::create_dir_all("/run/left4me/server/alpha").unwrap();
        assert_eq!(systemctl(&["disable", "alpha"]).code, Some(0));
        assert_eq!(calls()[3], "systemctl --no-ask-password start --quiet -- left4me-clear@alpha.service");
        fs::remove_dir("/run/left4me/server/alpha").unwrap();
        let environment = fs::read_to_string("/run/environment").unwrap();
        assert!(!environment.contains("evil"), "{environment}");
        let trace =
            format!("strace -f -qq -e trace=execve,syncfs {} enable alpha", env!("CARGO_BIN_EXE_left4me-systemctl"));
        let trace = shell(&format!("{trace} 2>&1 | grep -oE 'syncfs|\"(--no-reload|start)\"'"));
        assert_eq!(trace, "\"--no-reload\"\nsyncfs\n\"start\"\n");
    });
}

/// I6: the first step that fails ends it, with the code of systemctl.
#[test]
fn a_step_that_fails_is_the_last() {
    sandbox::run(|_| {
        record(SYSTEMCTL, "case $2 in enable|disable) echo no >&2; exit 5;; esac");
        for (verb, steps) in [("enable", 2), ("disable", 1)] {
            let outcome = systemctl(&[verb, "alpha"]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(5), "no\n"));
            assert_eq!(calls().len(), steps);
        }
    });
}

/// Proof 8: nothing but the few verbs, for nothing but units of ours.
#[test]
fn proof8_other_calls_are_refused() {
    sandbox::run(|_| {
        record(SYSTEMCTL, "");
        let long = "a".repeat(65);
        let names = ["--now", "-H", "ssh.service", "../ssh", "a/b", "", ".", "älpha", "a\nb", "*", &long];
        for verb in ["enable", "disable", "start-build", "stop-build", "start-steamcmd", "stop-steamcmd"] {
            for name in names {
                let outcome = systemctl(&[verb, name]);
                assert_eq!(outcome.code, Some(64), "{verb} {name}");
                assert!(outcome.stderr.starts_with("left4me-systemctl: ") && outcome.stderr.lines().count() == 1);
            }
            assert_eq!(systemctl(&[verb]).code, Some(64));
            assert_eq!(systemctl(&[verb, "alpha", "beta"]).code, Some(64));
        }
        for arguments in
            [&["start", "alpha"], &["poweroff", ""], &["start-steamcmd", "macos"], &["start-build", "installation"]]
        {
            assert_eq!(systemctl(arguments).code, Some(64), "{arguments:?}");
        }
        assert_eq!(calls(), [""; 0]);
    });
}

/// Design section 6: a build has a log of its own each time, and ends with the code of systemctl.
#[test]
fn a_build_gets_a_new_log() {
    sandbox::run(|_| {
        logs();
        fs::write("/var/log/precious", "precious").unwrap();
        symlink("/var/log/precious", LOG).unwrap();
        record(SYSTEMCTL, "exit 4");
        let mut command = command(env!("CARGO_BIN_EXE_left4me-systemctl"));
        let child = command.args(["start-build", "5"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut child = child;
        let input = child.stdin.take();
        let outcome: Outcome = child.wait_with_output().unwrap().into();
        drop(input);
        assert_eq!((outcome.code, outcome.stdout), (Some(4), format!("log {LOG}\n")));
        assert_eq!(calls(), ["systemctl --no-ask-password start --quiet -- left4me-build@5.service"]);
        assert_eq!(shell(&format!("stat -c '%F %a %s %U' {LOG}")), "regular empty file 644 0 root\n");
        assert_eq!(fs::read_to_string("/var/log/precious").unwrap(), "precious");
    });
}

/// I6: the death of whoever asked, by whatever signal, ends the build; what they write does not.
#[test]
fn a_build_ends_with_its_input() {
    sandbox::run(|_| {
        logs();
        record(SYSTEMCTL, LASTING);
        let mut child = start_build();
        // More than a pipe holds: some of it was read when this returns.
        child.stdin.as_mut().unwrap().write_all(&vec![b'x'; 200_000]).unwrap();
        assert_eq!(fs::read_to_string(CALLS).unwrap().lines().count(), 1, "what is written means nothing");
        drop(child.stdin.take());
        was_stopped(child);
        let closed = systemctl(&["start-build", "5"]);
        assert_eq!(closed.code, Some(75), "no input at all: {closed:?}");
    });
}

/// I6: systemd stops the web by a signal to everything that it started, this program included.
#[test]
fn a_build_ends_with_a_signal() {
    sandbox::run(|_| {
        logs();
        record(SYSTEMCTL, LASTING);
        for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
            let child = start_build();
            kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
            was_stopped(child);
        }
    });
}

/// I6: the systemctl that waits may be killed too; then it is not known how the build ended, and it is stopped.
#[test]
fn a_build_ends_with_its_systemctl() {
    sandbox::run(|_| {
        logs();
        record(SYSTEMCTL, LASTING);
        let mut child = start_build();
        shell(&format!("pkill -KILL -P {}", child.id()));
        let mut rest = String::new();
        child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        was_stopped(child);
    });
}

/// I6: a stop may be heard before the start that it is to stop; it is repeated until that has ended.
#[test]
fn a_stop_that_comes_before_its_start_is_repeated() {
    sandbox::run(|_| {
        logs();
        // The first stop finds nothing to stop.
        record(SYSTEMCTL, &LASTING.replace("*stop*) ", "*stop*) if mkdir /run/early; then exit 0; fi; "));
        let mut child = start_build();
        drop(child.stdin.take());
        let outcome: Outcome = child.wait_with_output().unwrap().into();
        assert_eq!(outcome.code, Some(75), "{outcome:?}");
        let stops = calls().iter().filter(|call| call.contains(" stop -- left4me-build@5.service")).count();
        assert!(stops >= 2, "{stops}");
    });
}

/// What a unit prints, or puts aside behind the end, beyond what a log may have is not kept when it is down; less is.
#[test]
fn a_log_is_cut_when_its_unit_is_down() {
    const MAX: u64 = 256 << 20;
    sandbox::run(|_| {
        logs();
        for (what, length, on_disk) in [
            ("truncate --size=300M", MAX, 0),
            ("truncate --size=1M", 1 << 20, 0),
            ("echo >", 1, 64 << 10),
            ("echo >LOG; fallocate --keep-size --length 4M", 1, 64 << 10),
        ] {
            let script = what.replace("LOG", LOG);
            record(SYSTEMCTL, &format!("{script} {LOG}"));
            let mut command = command(env!("CARGO_BIN_EXE_left4me-systemctl"));
            let mut child =
                command.args(["start-build", "5"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let input = child.stdin.take();
            assert_eq!(child.wait().unwrap().code(), Some(0), "{what}");
            drop(input);
            let meta = fs::metadata(LOG).unwrap();
            assert!(meta.len() == length && meta.blocks() * 512 <= on_disk, "{what}: {meta:?}");
            shell(&format!("umount {SYSTEMCTL}"));
        }
    });
}

/// I5: a helper that was killed leaves nothing of the stack of a build, however the build ended; what then fails is told.
#[test]
fn what_is_left_of_a_build_is_cleared() {
    sandbox::run(|sandbox| {
        logs();
        fs::create_dir_all("/run/left4me/build/5").unwrap();
        fs::create_dir_all("/run/left4me/build/installation").unwrap();
        let call = |words: &str| format!("systemctl --no-ask-password {words}.service");
        let clear = call("start --quiet -- left4me-clear-build@5");
        for (verb, ended, cleared, code) in [
            ("start", 0, 0, 0),
            ("start", 4, 0, 4),
            ("start", 0, 6, 6),
            ("start", 4, 6, 4),
            ("stop", 0, 0, 0),
            ("stop", 5, 0, 5),
        ] {
            record(SYSTEMCTL, &format!("case $* in *clear*) exit {cleared};; *) exit {ended};; esac"));
            let mut command = command(env!("CARGO_BIN_EXE_left4me-systemctl"));
            let mut child = command
                .args([&format!("{verb}-build"), "5"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let input = child.stdin.take();
            assert_eq!(child.wait().unwrap().code(), Some(code), "{verb} {ended} {cleared}");
            drop(input);
            assert_eq!(calls()[1..], *std::slice::from_ref(&clear));
            shell(&format!("umount {SYSTEMCTL}"));
        }
        record(SYSTEMCTL, "");
        assert_eq!(systemctl(&["stop-steamcmd", "windows"]).code, Some(0));
        assert_eq!(calls(), [call("stop -- left4me-steamcmd@windows")], "two passes share one stack");
        // What a power cut leaves: the kernel's directory alone, and no directory that is somebody's.
        fs::remove_dir("/run/left4me/build/5").unwrap();
        for (mode, owner, left) in [(0o000, 0, true), (0o700, 0, false), (0o000, OWNER, false)] {
            sandbox.directory("builds/5/work");
            shell(&format!("cd {ROOT}/builds/5/work; rm -rf work; mkdir -m {mode:o} work; chown {owner} work"));
            assert_eq!(systemctl(&["stop-build", "5"]).code, Some(0));
            let expected = [call("stop -- left4me-build@5")].into_iter().chain(left.then(|| clear.clone()));
            assert_eq!(calls(), expected.collect::<Vec<_>>(), "{mode:o} {owner}");
        }
    });
}

/// Design section 6: the other verbs of builds and steamcmd passes.
#[test]
fn builds_and_passes_are_stopped() {
    sandbox::run(|_| {
        record(SYSTEMCTL, "");
        assert_eq!(systemctl(&["stop-build", "5"]).code, Some(0));
        assert_eq!(systemctl(&["stop-steamcmd", "windows"]).code, Some(0));
        let units = ["left4me-build@5", "left4me-steamcmd@windows"];
        assert_eq!(calls(), units.map(|unit| format!("systemctl --no-ask-password stop -- {unit}.service")));
    });
}
