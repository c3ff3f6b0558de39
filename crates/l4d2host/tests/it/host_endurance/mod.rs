//! Proof 6 on the real host: what many starts, stops and crashes leave behind, while somebody looks at the files all the
//! time; and the start limit.

use std::collections::BTreeSet;
use std::process::Output;

use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{Host, shown};
use crate::relaxed::Relaxed;

const CRASH: &str = include_str!("crash.py");
const PASSWORD: &str = "correct-horse";
const READY: &str = "VAC secure mode is activated";

/// What the machine has of everything that a start could leave: mounts, mount namespaces, and files in `/run`, but for
/// those that the journal, sudo and logind keep for themselves.
fn traces(host: &Host) -> BTreeSet<String> {
    let found = host.sh("cut -d ' ' -f 4- /proc/1/mountinfo | grep -v ' /run/user/' | sed 's/ \\(shared\\|master\\):[0-9]*//g' | sort
             lsns --noheadings --notruncate --list --type mnt --output COMMAND | sort | uniq -c
             find /run ! -path '/run/log/*' ! -path '/run/systemd/journal/*' ! -path '/run/sudo/*' ! -path '/run/user/*' \\
               ! -path '/run/systemd/sessions/*' ! -path '/run/systemd/users/*' ! -name 'invocation:user*' ! -name 'session-*'
             find /tmp /var/tmp -maxdepth 1 -name '*left4me-server*'");
    found.lines().map(str::to_owned).collect()
}

fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>, when: &str) {
    let difference: Vec<_> = before.symmetric_difference(after).collect();
    assert!(difference.is_empty(), "{when}: {difference:#?}");
}

fn cursor(host: &Host) -> String {
    host.sh("journalctl --quiet --no-pager --lines=1 --show-cursor --output=cat | sed -n 's/^-- cursor: //p'")
}

/// How many lines of the journal since a cursor match.
fn logged(host: &Host, since: &str, pattern: &str) -> u32 {
    let count = host.sh(&format!(
        "journalctl --quiet --no-pager --output=cat --after-cursor='{since}' | grep -c --ignore-case -E '{pattern}' || true"
    ));
    count.parse().unwrap()
}

fn crash(host: &Host, times: u32, since: &str, end: &str) -> Output {
    let times = times.to_string();
    let argv = ["timeout", "120", "python3", "-I", "-", "alpha", "27015", PASSWORD, &times, since, end];
    host.feed(&argv, CRASH.as_bytes())
}

fn initialize(host: &Host) {
    host.initialize("alpha", &format!("port: 27015\nconfig: [rcon_password {PASSWORD}]\n"));
}

/// Those who look: a browser that lists and downloads, one who stands in the upper layer with a file open, and a program
/// whose mount namespace was copied while the stack was mounted.
const WATCHERS: [(&str, &str, &str); 3] = [
    (
        "browser",
        "User=left4me",
        "while true; do
           l4d2ctl files alpha left4dead2 --json >/dev/null && l4d2ctl files alpha srcds_linux --cat >/dev/null &&
             l4d2ctl files alpha left4dead2/cfg/server.cfg --cat >/dev/null && echo browsed || echo refused
         done",
    ),
    (
        "holder",
        "User=left4me",
        "cd /var/lib/left4me/runtime/alpha/upper/left4dead2; exec sleep infinity <cfg/server.cfg",
    ),
    ("bystander", "PrivateTmp=yes", "exec sleep infinity"),
];

/// Proof 6.
#[test]
fn proof6_100_cycles_and_50_crashes_leave_no_trace() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    initialize(&host);
    let relaxed = Relaxed::new(&host, "Restart=on-failure");
    host.ok(&["start", "alpha"]);
    for (name, property, script) in WATCHERS {
        host.sh(&format!(
            "systemctl stop left4me-test-{name} 2>/dev/null || true
             systemd-run --quiet --collect --unit=left4me-test-{name} --service-type=exec --property=Nice=19 --property={property} bash -c '{script}'"
        ));
    }
    let running = traces(&host);
    host.ok(&["stop", "alpha"]);
    let (before, since) = (traces(&host), cursor(&host));
    // The comparison sees a stack that is mounted, its records, and the namespace of a server.
    for trace in
        [" /run/left4me/server/alpha ", "/run/left4me/mounted/server-alpha", "/run/left4me/argv/alpha", "srcds_linux"]
    {
        let has = |traces: &BTreeSet<String>| traces.iter().any(|line| line.contains(trace));
        assert!(has(&running) && !has(&before), "{trace}");
    }

    host.sh("for ((i = 0; i < 100; i++)); do l4d2ctl start alpha; l4d2ctl stop alpha; done >/dev/null");
    assert_same(&before, &traces(&host), "after 100 cycles");
    let between = cursor(&host);
    host.ok(&["start", "alpha"]);
    let crashed = crash(&host, 50, &between, READY);
    assert_eq!(crashed.stdout, b"50\n", "{}", shown(&crashed));
    host.ok(&["stop", "alpha"]);
    assert_same(&before, &traces(&host), "after 50 crashes");

    assert_eq!(logged(&host, &since, "^Started left4me-server@alpha"), 100 + 1 + 50);
    assert_eq!(logged(&host, &since, "busy"), 0);
    assert_eq!(logged(&host, &since, "left4me-overlay: "), 0);
    assert_eq!(logged(&host, &since, "^refused"), 0);
    assert!(logged(&host, &since, "^browsed") >= 50, "somebody looked all the while");
    for (name, ..) in WATCHERS {
        assert_eq!(host.sh(&format!("systemctl is-active left4me-test-{name} || true")), "active", "{name}");
        host.sh(&format!("systemctl stop left4me-test-{name}"));
    }
    drop(relaxed);
    clean(&host);
}

/// Proof 6: the limit of the unit as it is installed.
#[test]
fn proof6_the_fifth_crash_is_the_last_and_start_works_at_once() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    initialize(&host);
    let since = cursor(&host);
    host.ok(&["start", "alpha"]);
    let crashed = crash(&host, 5, &since, "Failed to start left4me-server@alpha");
    assert_eq!(crashed.stdout, b"5\n", "{}", shown(&crashed));
    assert_eq!(host.sh("systemctl is-failed left4me-server@alpha"), "failed");
    let status = || -> serde_json::Value { serde_json::from_str(&host.ok(&["status", "alpha", "--json"])).unwrap() };
    let failed = status();
    assert_eq!((&failed["state"], &failed["exit_status"]), (&"failed".into(), &"SEGV".into()), "{failed}");
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("the start limit was reached") && reason.contains("crashed with signal SEGV"), "{reason}");
    assert_eq!(host.sh("grep -c /run/left4me/server/ /proc/1/mountinfo || true"), "0");

    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    let running = status();
    assert_eq!((&running["state"], &running["reason"]), (&"running".into(), &serde_json::Value::Null), "{running}");
    // All of the five are there again.
    let again = cursor(&host);
    host.sh("systemctl restart left4me-server@alpha");
    let crashed = crash(&host, 1, &again, READY);
    assert_eq!(crashed.stdout, b"1\n", "{}", shown(&crashed));
    assert_eq!(status()["state"], "running");
    clean(&host);
}
