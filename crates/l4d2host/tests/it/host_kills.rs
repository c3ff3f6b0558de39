//! Proof 4 on the real host: SIGKILL for `l4d2ctl` at each of its steps, for the root programs behind it, and for the
//! unit's helper while it mounts. Nothing is half done then, and the same command succeeds. (`host_install` has the kills
//! of `install` by step, `kernel_kills` those at each system call.)

use std::os::unix::process::ExitStatusExt;

use crate::game::{current, only, order, stacks, status, whole};
use crate::host_lifecycle::{clean, overlay_file};
use crate::lab::{Host, shown};
use crate::verb::Verb;

const SPEC: &str = "port: 27015\noverlays: [{path: base, alias: base}]\nconfig: [exec server_base]\n";

fn scene(host: &Host) {
    Injected::nothing(host);
    clean(host);
    only(host, 1);
    overlay_file(host, "base/left4dead2/cfg/server.cfg", "hostname \"From the overlay\"\n");
    host.initialize("alpha", SPEC);
}

/// Runs a verb, and kills it as soon as its step number `at` is read; whether it came to that. After its last step it may be quicker.
fn killed_at_step(host: &Host, verb: &str, at: usize) -> bool {
    let said = host.sh(&format!(
        "exec 3< <(exec l4d2ctl {verb} alpha 2>&1); pid=$! steps=0
         while read -r line <&3; do
           case $line in step:*) ((++steps < {at})) || {{ ! kill -KILL $pid 2>/dev/null || echo killed; break; }} ;; esac
         done
         wait $pid 2>/dev/null || true"
    ));
    said == "killed"
}

/// Nothing is mounted in part: a stack and its record are there, or neither is, and no namespace is left of a helper.
fn nothing_half_mounted(host: &Host) {
    let mounted = host.sh("ls /run/left4me/mounted; grep -o ' /run/left4me/server/[^ ]*' /proc/1/mountinfo || true; ls /run/left4me/server");
    assert!(matches!(mounted.as_str(), "" | "server-alpha\n /run/left4me/server/alpha\nalpha"), "{mounted}");
    assert_eq!(host.sh("pgrep -c left4me-overlay || true"), "0");
}

fn is_up(host: &Host) {
    assert_eq!(status(host, "alpha")["state"], "running");
    assert_eq!(
        (stacks(host), host.sh("cat /run/left4me/server/alpha/left4dead2/cfg/server_base.cfg").as_str()),
        (1, "hostname \"From the overlay\"")
    );
    nothing_half_mounted(host);
}

fn is_down(host: &Host) {
    assert_eq!(stacks(host), 0);
    nothing_half_mounted(host);
    let left = "cd /var/lib/left4me; ls -d instances/alpha/pins runtime/alpha/work/work /etc/systemd/system/*.wants/left4me-server@* 2>/dev/null || true";
    assert_eq!(host.sh(left), "");
    assert_eq!(host.sh("systemctl is-active left4me-server@alpha || true"), "inactive");
}

/// Proof 4.
#[test]
fn proof4_l4d2ctl_killed_at_each_step() {
    let host = Host::real();
    scene(&host);
    for (verb, steps) in [("start", 3), ("stop", 2), ("restart", 5), ("reset", 3), ("delete", 4)] {
        for at in 1.. {
            host.initialize("alpha", SPEC);
            host.ok(&[if verb == "start" { "stop" } else { "start" }, "alpha"]);
            let killed = killed_at_step(&host, verb, at);
            host.ok(&[verb, "alpha"]);
            match verb {
                "start" | "restart" => is_up(&host),
                _ => is_down(&host),
            }
            let left = host.sh(
                "cd /var/lib/left4me; ls -d instances/alpha runtime/alpha instances/alpha/argv 2>/dev/null | wc -l || true",
            );
            assert_eq!(
                left,
                match verb {
                    "delete" => "0",
                    "reset" => "1",
                    _ => "3",
                },
                "{verb}"
            );
            if !killed {
                assert_eq!(at, steps + 1, "{verb} has other steps now");
                break;
            }
        }
    }
    clean(&host);
}

/// Programs of left4me run under strace, which kills them at a system call; plain again when dropped.
struct Injected<'a>(&'a Host);

const LIBEXEC: &str = "/usr/local/libexec/left4me";
const DROPIN: &str = "/etc/systemd/system/left4me-server@.service.d/99-test.conf";

impl<'a> Injected<'a> {
    /// The helper of the server's unit, which then does not try again by itself.
    fn helper(host: &'a Host) -> Self {
        host.sh(&format!(
            "mkdir -p {directory}; printf '[Service]\\nRestart=no\\n' >{DROPIN}; systemctl daemon-reload
             mv {LIBEXEC}/left4me-overlay {LIBEXEC}/left4me-overlay.real",
            directory = DROPIN.rsplit_once('/').unwrap().0
        ));
        Self(host)
    }

    /// The program that asks systemd.
    fn systemctl(host: &'a Host) -> Self {
        host.sh(&format!("mv {LIBEXEC}/left4me-systemctl {LIBEXEC}/left4me-systemctl.real"));
        Self(host)
    }

    /// From now on the program is killed when it enters this system call for the time number `at`, if it is called with
    /// these words.
    fn kill(&self, words: &str, call: &str, at: u32) {
        self.0.sh(&format!(
            "cd {LIBEXEC}; real=$(echo *.real)
             cat >test <<END
#!/bin/sh
strace=
case \\$* in {words}*) strace='/usr/bin/strace -qq -o /dev/null -e trace={call} -e inject={call}:signal=KILL:when={at}' ;; esac
exec \\$strace {LIBEXEC}/$real \"\\$@\"
END
             chmod 755 test; mv test ${{real%.real}}"
        ));
    }

    fn nothing(host: &Host) {
        host.sh(&format!(
            "cd {LIBEXEC}; for real in *.real; do [ ! -e $real ] || mv $real ${{real%.real}}; done
             [ ! -e {DROPIN} ] || {{ rm {DROPIN}; systemctl daemon-reload; }}"
        ));
    }
}

impl Drop for Injected<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            Self::nothing(self.0);
        }
    }
}

/// Proof 4.
#[test]
fn proof4_the_helper_killed_while_mounting() {
    let host = Host::real();
    scene(&host);
    let calls = [
        ("unshare", 1),
        ("mount", 1),
        ("open_tree", 3),
        ("mount_setattr", 3),
        ("fsopen", 1),
        ("fsconfig", 4),
        ("fsmount", 1),
        ("setns", 2),
        ("renameat", 2),
        ("move_mount", 4),
        ("exit_group", 1),
    ];
    let helper = Injected::helper(&host);
    for (call, least) in calls {
        for at in 1.. {
            helper.kill("mount", call, at);
            let start = host.l4d2ctl(&["start", "alpha"]);
            if start.status.success() {
                assert!(at > least, "{call}: only {at}");
                is_up(&host);
                host.ok(&["stop", "alpha"]);
                break;
            }
            assert_eq!(status(&host, "alpha")["state"], "failed", "{call} {at}: {}", shown(&start));
            assert_eq!(stacks(&host), 0, "{call} {at}");
            nothing_half_mounted(&host);
            helper.kill("mount", "none", 1);
            host.ok(&["start", "alpha"]);
            is_up(&host);
            host.ok(&["stop", "alpha"]);
        }
    }
    is_down(&host);
    drop(helper);
    clean(&host);
}

/// Proof 4.
#[test]
fn proof4_the_helper_killed_while_unmounting() {
    let host = Host::real();
    scene(&host);
    let helper = Injected::helper(&host);
    for (call, least) in [("umount2", 1), ("unlinkat", 4), ("renameat", 1), ("exit_group", 1)] {
        for at in 1.. {
            helper.kill("umount", "none", 1);
            host.ok(&["start", "alpha"]);
            helper.kill("umount", call, at);
            let stop = host.l4d2ctl(&["stop", "alpha"]);
            assert!(stop.status.success(), "{call} {at}: {}", shown(&stop));
            if host.sh("cat /run/left4me/last/left4me-server@alpha").contains("ended=") && call != "exit_group" {
                assert!(at > least, "{call}: only {at}");
                break;
            }
            helper.kill("umount", "none", 1);
            // What it left mounted is no hindrance, and goes at the next end.
            host.ok(&["start", "alpha"]);
            is_up(&host);
            host.ok(&["stop", "alpha"]);
            is_down(&host);
            if call == "exit_group" {
                break;
            }
        }
    }
    drop(helper);
    clean(&host);
}

/// Proof 4.
#[test]
fn proof4_left4me_systemctl_killed_at_each_thing_that_it_does() {
    let host = Host::real();
    scene(&host);
    let systemctl = Injected::systemctl(&host);
    for verb in ["start", "stop"] {
        for (call, least) in [("clone3,clone,vfork", 3), ("wait4,waitid", 3), ("syncfs", 1)] {
            for at in 1.. {
                systemctl.kill("-", "none", 1);
                host.ok(&[if verb == "start" { "stop" } else { "start" }, "alpha"]);
                systemctl.kill("", call, at);
                let killed = host.l4d2ctl(&[verb, "alpha"]);
                systemctl.kill("-", "none", 1);
                host.ok(&[verb, "alpha"]);
                if verb == "start" {
                    is_up(&host);
                } else {
                    is_down(&host);
                }
                if killed.status.success() {
                    assert!(at > least, "{verb} {call}: only {at}");
                    break;
                }
                assert_eq!(killed.status.code(), Some(137), "{verb} {call} {at}: {}", shown(&killed));
            }
        }
    }
    drop(systemctl);
    clean(&host);
}

/// Proof 4: a pass does not outlive whoever started it. Where nobody was left to stop it, the next installation does.
#[test]
fn proof4_the_pass_ends_with_the_one_who_started_it() {
    let host = Host::real();
    scene(&host);
    let (mut from, mut to) = (1, 2);
    for (pass, watched) in [("windows", true), ("linux", true), ("linux", false)] {
        order(&host, &format!("build {to}\npause-before download-half {pass}"));
        let cursor = host.sh("journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p'");
        let mut install = Verb::start(&host, &["l4d2ctl", "install"]);
        install.until("stand-in: waiting before");
        if !watched {
            // Held, so that it does not hear of that: it would end by itself.
            host.sh(&format!("kill -STOP {}", install.pid()));
            host.sh("kill -KILL $(pgrep --full '^/usr/local/libexec/left4me/left4me-systemctl start-steamcmd')");
        }
        host.sh(&format!("kill -KILL {}", install.pid()));
        if watched {
            let (status, said) = install.end();
            assert_eq!(status.signal().or(status.code().map(|code| code - 128)), Some(9), "{said}");
            host.sh(&format!(
                "grep --quiet --max-count=1 -E 'Failed with result|Deactivated successfully' < <(
                   exec timeout 30 journalctl --follow --after-cursor='{cursor}' --output=cat --unit=left4me-steamcmd@{pass})"
            ));
            assert_eq!(stacks(&host), 0);
        } else {
            assert_eq!(host.sh(&format!("systemctl is-active left4me-steamcmd@{pass} || true")), "activating");
        }
        assert!(whole(&host).values().any(|build| *build == from));
        order(&host, &format!("build {to}"));
        let said = host.ok(&["install"]);
        assert_eq!(said.contains("step: stopping the linux pass of an l4d2ctl that was killed"), !watched, "{said}");
        assert_eq!(host.sh("systemctl is-active 'left4me-steamcmd@*' || true"), "");
        assert_eq!((current(&host), whole(&host).into_values().collect()), (to, vec![to]));
        assert_eq!(stacks(&host), 0);
        (from, to) = (to, from);
    }
    clean(&host);
}
