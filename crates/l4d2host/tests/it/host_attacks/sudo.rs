//! The two programs that left4me may run by sudo.

use super::{SYSTEMCTL, as_left4me, fresh};
use crate::host_lifecycle::clean;
use crate::lab::shown;

const JOURNALCTL: &str = "/usr/local/libexec/left4me/left4me-journalctl";

/// A directory of programs that leave a mark, and an environment that leads there in every way that is known.
const EVIL: &str = "rm -rf /tmp/evil; mkdir /tmp/evil
for name in systemctl journalctl sudo env bash sh pager less left4me-systemctl; do
  printf '#!/bin/bash\\n: >/tmp/evil/ran\\n' >/tmp/evil/$name
done
chmod 755 /tmp/evil/*
echo ': >/tmp/evil/ran' >/tmp/evil/rc
hostile=(PATH=/tmp/evil LD_PRELOAD=/tmp/evil/none.so LD_LIBRARY_PATH=/tmp/evil LD_AUDIT=/tmp/evil/none.so
  GLIBC_TUNABLES=glibc.malloc.check=3 BASH_ENV=/tmp/evil/rc ENV=/tmp/evil/rc SHELLOPTS=xtrace IFS=/ HOME=/tmp/evil TMPDIR=/tmp/evil
  LEFT4ME_ROOT=/tmp/evil LEFT4ME_STEAMCMD=/tmp/evil/sh EXIT_CODE=/tmp/evil SYSTEMD_LOG_LEVEL=debug SYSTEMD_PAGER=/tmp/evil/pager
  PAGER=/tmp/evil/pager SYSTEMD_LESS=-X SYSTEMD_UNIT_PATH=/tmp/evil SYSTEMD_EDITOR=/tmp/evil/sh SYSTEMD_OFFLINE=1
  DBUS_SYSTEM_BUS_ADDRESS=unix:path=/tmp/evil/bus RUST_BACKTRACE=full RUST_LOG=trace)
";

/// Proof 8: nothing in the caller's environment reaches the programs, nor what they run.
#[test]
fn proof8_a_hostile_environment_has_no_effect() {
    let host = fresh();
    let verbs =
        [(SYSTEMCTL, "enable alpha"), (JOURNALCTL, "alpha --lines 5 --no-follow"), (SYSTEMCTL, "disable alpha")];
    for (program, arguments) in verbs {
        let line = format!("{EVIL}\nenv -i \"${{hostile[@]}}\" /usr/bin/sudo -n {program} {arguments}");
        let done = as_left4me(&host, &line);
        assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), &b""[..]), "{arguments}: {}", shown(&done));
        assert_eq!(host.sh("ls /tmp/evil/ran 2>/dev/null || true"), "", "{arguments}");
    }
    let control = as_left4me(&host, &format!("{EVIL}\nenv -i \"${{hostile[@]}}\" /usr/bin/env systemctl"));
    assert!(String::from_utf8_lossy(&control.stderr).contains("none.so"), "{}", shown(&control));
    assert_ne!(host.sh("ls /tmp/evil/ran"), "", "this environment has an effect on others");
    // Nor can it be handed through sudo.
    for (option, words) in [
        ("LD_PRELOAD=/tmp/evil/none.so", "not allowed to set"),
        ("-E", "not allowed to preserve"),
        ("--chdir=/tmp/evil", "not permitted to use"),
        ("-u daemon", "password is required"),
        ("-g l4d2-game", "password is required"),
    ] {
        let line =
            format!("{EVIL}\nexport LD_PRELOAD=/tmp/evil/none.so\n/usr/bin/sudo -n {option} {SYSTEMCTL} enable alpha");
        let done = as_left4me(&host, &line);
        assert_eq!(done.status.code(), Some(1), "{option}: {}", shown(&done));
        assert!(String::from_utf8_lossy(&done.stderr).contains(words), "{option}: {}", shown(&done));
    }
    // This one is dropped in silence.
    let line = format!(
        "export LD_PRELOAD=/tmp/evil/none.so\nsudo -n --preserve-env=LD_PRELOAD {SYSTEMCTL} disable alpha 2>/tmp/evil/said"
    );
    let done = as_left4me(&host, &line);
    assert!(done.status.success(), "{}", shown(&done));
    assert_eq!(host.sh("cat /tmp/evil/said"), "");
    assert_eq!(host.sh("systemctl is-enabled left4me-server@alpha || true"), "disabled");
    host.sh("rm -r /tmp/evil");
    clean(&host);
}

/// Proof 8: no other program, and these only by what they are.
#[test]
fn proof8_sudo_runs_nothing_else() {
    let host = fresh();
    for line in [
        "id",
        "/bin/sh -c id",
        "-s",
        "-i",
        "-e /etc/shadow",
        "/usr/bin/systemctl start left4me-server@alpha",
        "/usr/bin/journalctl",
        "/usr/local/libexec/left4me/left4me-overlay mount alpha",
        "/usr/local/libexec/left4me/left4me-exec server",
        "/usr/local/libexec/left4me/../../bin/l4d2ctl list",
    ] {
        let done = as_left4me(&host, &format!("sudo -n {line}"));
        assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(1), &b""[..]), "{line}: {}", shown(&done));
    }
    clean(&host);
}

/// Proof 8: what is no name of a server, and anything too many, is refused before anything is done.
#[test]
fn proof8_names_and_arguments_through_sudo_are_refused() {
    let host = fresh();
    let disable = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} disable alpha"));
    assert!(disable.status.success(), "{}", shown(&disable));
    let state =
        || host.sh("ls /etc/systemd/system/*.wants; systemctl list-units --all --no-legend --plain 'left4me*' | sort");
    let before = state();
    let long = "a".repeat(65);
    let names = [
        "-h",
        "--help",
        "--now",
        "-H root@elsewhere",
        "alpha.service",
        "left4me-server@alpha",
        ".",
        "..",
        "../alpha",
        "alpha/beta",
        "/etc",
        "*",
        "al*",
        "[a]lpha",
        "Alpha",
        "ALPHA",
        "''",
        "'alpha beta'",
        "$'alpha\\n'",
        "$'al\\xffpha'",
        "älpha",
        "'%i'",
        "'a\\x2db'",
        "installation",
        &long,
    ];
    for name in names {
        for verb in ["enable", "disable", "start-build", "stop-build", "start-steamcmd", "stop-steamcmd"] {
            let done = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} {verb} {name}"));
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert_eq!(done.status.code(), Some(64), "{verb} {name}: {}", shown(&done));
            assert!(said.starts_with("left4me-systemctl: ") && said.lines().count() == 1, "{verb} {name}: {said}");
        }
        let done = as_left4me(&host, &format!("sudo -n {JOURNALCTL} {name} --lines 1 --no-follow"));
        assert_eq!(done.status.code(), Some(64), "{name}: {}", shown(&done));
        assert!(done.stdout.is_empty(), "{name}: {}", shown(&done));
    }
    for arguments in [
        "",
        "enable",
        "enable alpha beta",
        "enable alpha --now",
        "enable -- alpha",
        "start alpha",
        "mask alpha",
        "daemon-reload",
    ] {
        let done = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} {arguments}"));
        assert_eq!(done.status.code(), Some(64), "{arguments}: {}", shown(&done));
    }
    for arguments in [
        "",
        "alpha",
        "alpha --lines 5",
        "alpha --lines 5 --follow --no-pager",
        "alpha --lines -5 --no-follow",
        "alpha --lines 5 --file=/etc/shadow",
        "alpha --vacuum-size=1 --no-follow",
        "--lines 5 --no-follow alpha",
    ] {
        let done = as_left4me(&host, &format!("sudo -n {JOURNALCTL} {arguments}"));
        assert_eq!(done.status.code(), Some(64), "{arguments}: {}", shown(&done));
    }
    assert_eq!(before, state());
    let done = as_left4me(
        &host,
        &format!("sudo -n {SYSTEMCTL} enable alpha; sudo -n {JOURNALCTL} alpha --lines 1 --no-follow"),
    );
    assert_ne!(done.stdout, b"", "a name is taken: {}", shown(&done));
    assert_ne!(before, state(), "this comparison sees a server that is enabled");
    clean(&host);
}
