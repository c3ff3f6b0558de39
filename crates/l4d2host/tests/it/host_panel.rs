//! The panel's unit on the real host: what runs in its sandbox, how it ends and comes back, and its wrapper.

use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{Host, shown};

/// Runs a script where the panel runs: in a unit of the same lines but for what it starts.
fn in_the_panels_sandbox(host: &Host, script: &str) -> String {
    let unit = "sed -e s/^Type=notify/Type=oneshot/ -e '/^WatchdogSec/d; /^Restart/d' \
        -e 's|^ExecStart=.*|ExecStart=/bin/bash -euo pipefail /run/panel-script\\nStandardOutput=file:/run/panel-output|' \
        /usr/local/lib/systemd/system/left4me-web.service >/run/systemd/system/left4me-like-web.service";
    let fed = host
        .feed(&["sh", "-c", &format!("cat >/run/panel-script; {unit}; systemctl daemon-reload")], script.as_bytes());
    assert!(fed.status.success(), "{}", shown(&fed));
    let ran = host.exec(&["systemctl", "start", "left4me-like-web"]);
    let log = || host.sh("journalctl --no-pager --output=cat --lines=60 --unit=left4me-like-web");
    assert!(ran.status.success(), "{}", log());
    host.sh("rm /run/systemd/system/left4me-like-web.service; systemctl daemon-reload; cat /run/panel-output")
}

pub(crate) fn wait_for_health(host: &Host) {
    host.sh("timeout 30 bash -c 'until curl --silent --fail http://127.0.0.1:8000/health >/run/health; do :; done'");
}

#[test]
fn everything_that_the_panel_asks_for_works_in_its_sandbox() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    let said = in_the_panels_sandbox(
        &host,
        "l4d2ctl install
         l4d2ctl game --refresh --json
         l4d2ctl initialize alpha -f - <<<'port: 27015'
         l4d2ctl start alpha
         l4d2ctl restart alpha
         l4d2ctl status --all --json
         # Whoever reads goes first: that is how the panel ends it.
         head -n 1 < <(l4d2ctl logs alpha --lines 1 --follow)
         l4d2ctl files alpha left4dead2/cfg --json
         l4d2ctl doctor --json || :
         grep --max-count=1 alpha < <(l4d2ctl watch)
         l4d2ctl stop alpha",
    );
    for part in [
        "up to date: build 1",
        "\"latest\":{\"build\":\"1\",",
        "\"state\":\"running\"",
        "server.cfg",
        "left4me-server@alpha\"",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert!(!said.contains("\"state\":\"fail\""), "{said}");
    assert_eq!(host.sh("systemctl is-active left4me-server@alpha || true"), "inactive");
    host.ok(&["delete", "alpha"]);
}

/// Nothing can be unmounted from the panel's sandbox: a unit of its own does that.
#[test]
fn what_a_killed_helper_left_goes_when_the_panel_stops_the_server() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    host.initialize("alpha", "port: 27015\n");
    host.ok(&["start", "alpha"]);
    host.sh("mkdir -p /run/systemd/system/left4me-server@alpha.service.d
        printf '[Service]\\nExecStopPost=\\n' >/run/systemd/system/left4me-server@alpha.service.d/killed.conf
        systemctl daemon-reload; systemctl stop left4me-server@alpha
        grep --quiet /run/left4me/server/alpha /proc/1/mountinfo; test -e /run/left4me/mounted/server-alpha");
    in_the_panels_sandbox(&host, "l4d2ctl stop alpha");
    host.sh("! grep --quiet /run/left4me/server/alpha /proc/1/mountinfo
        test ! -e /run/left4me/mounted/server-alpha; test ! -e /run/left4me/server/alpha
        rm -r /run/systemd/system/left4me-server@alpha.service.d; systemctl daemon-reload");
    host.ok(&["delete", "alpha"]);
}

#[test]
fn the_panel_is_closed_as_far_as_sudo_allows() {
    let host = Host::real();
    host.sh("systemd-analyze security --no-pager --threshold=30 left4me-web.service");
    host.sh("systemd-analyze security --no-pager --threshold=15 left4me-refresh.service");
    // It may not widen its own limits, nor look at what is not its own.
    let seen = in_the_panels_sandbox(
        &host,
        "touch /etc/x 2>&1 || :; touch /usr/x 2>&1 || :; touch /var/log/left4me/x 2>&1 || :
         unshare --user true 2>&1 || :; mount -t tmpfs none /mnt 2>&1 || :; ls -d /proc/1 2>&1 || :; touch /var/lib/left4me/x; rm /var/lib/left4me/x",
    );
    let refusals = seen.lines().filter(|line| {
        ["Read-only", "Permission denied", "Operation not permitted", "No such file", "must be superuser"]
            .iter()
            .any(|why| line.contains(why))
    });
    assert_eq!(refusals.count(), 6, "{seen}");
}

#[test]
fn the_nightly_timer_asks_the_panel_once() {
    let host = Host::real();
    host.sh("systemctl is-enabled --quiet left4me-refresh.timer; systemctl is-active --quiet left4me-refresh.timer");
    // A panel that is down has a job that waits, however often it is asked for.
    host.sh(
        "systemctl stop left4me-web; systemctl start left4me-refresh.service; systemctl start left4me-refresh.service",
    );
    let said = host.sh("journalctl --no-pager --output=cat --unit=left4me-refresh --lines=20");
    assert!(said.contains("asked for job ") && said.contains("asked for already: job "), "{said}");
    host.sh("systemctl start left4me-web");
}

#[test]
fn a_panel_that_hangs_is_started_again_and_no_server_notices() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    host.initialize("alpha", "port: 27015\n");
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    let pid = |unit: &str| host.sh(&format!("systemctl show --property=MainPID --value {unit}"));
    host.sh("mkdir -p /run/systemd/system/left4me-web.service.d
        printf '[Service]\\nWatchdogSec=1\\n' >/run/systemd/system/left4me-web.service.d/hasty.conf
        systemctl daemon-reload; systemctl restart left4me-web");
    wait_for_health(&host);
    let (panel, game) = (pid("left4me-web"), pid("left4me-server@alpha"));
    let since = host.sh("journalctl --show-cursor --lines=0 --output=cat | sed 's/^-- cursor: //'");
    host.sh(&format!(
        "kill -STOP {panel}
         timeout 60 grep --quiet --max-count=1 'Started left4me-web' < <(journalctl --follow --lines=all --output=cat --after-cursor='{since}' --unit=left4me-web)"
    ));
    wait_for_health(&host);
    assert_ne!(pid("left4me-web"), panel);
    assert_eq!(pid("left4me-server@alpha"), game);
    host.sh("rm -r /run/systemd/system/left4me-web.service.d; systemctl daemon-reload; systemctl restart left4me-web");
    wait_for_health(&host);
    host.ok(&["delete", "alpha"]);
}

/// `left4me` reads the settings, and runs nothing that stands in them.
#[test]
fn the_wrapper_takes_settings_as_data_and_the_panels_user() {
    let host = Host::real();
    host.sh("cp -a /etc/left4me/web.env /run/web.env.kept");
    let with = |line: &str, call: &str| {
        let fed = host.feed(&["sh", "-c", "cat >/etc/left4me/web.env"], format!("{line}\n").as_bytes());
        assert!(fed.status.success(), "{}", shown(&fed));
        host.exec(&["bash", "-c", call])
    };
    let refused = with("LEFT4ME_LISTEN=\"$(touch /run/executed)\"", "left4me migrate");
    let quoted = with(
        "  # a comment\nJOB_WORKER_THREADS='4'  \nLEFT4ME_LISTEN=\"nowhere\"",
        "LEFT4ME_LISTEN=127.0.0.1:1 left4me migrate",
    );
    let fine = with("", "left4me migrate");
    let copied = with(
        "",
        "left4me backup /var/lib/left4me/copy.db && stat --format='%U %a' /var/lib/left4me/copy.db; rm -f /var/lib/left4me/copy.db",
    );
    let other = with("", "setpriv --reuid 65534 --clear-groups left4me migrate");
    host.sh("cp -a /run/web.env.kept /etc/left4me/web.env; test ! -e /run/executed");
    assert_eq!(refused.status.code(), Some(78), "{}", shown(&refused));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("LEFT4ME_LISTEN=“$(touch /run/executed)”"),
        "{}",
        shown(&refused)
    );
    assert!(String::from_utf8_lossy(&quoted.stderr).contains("LEFT4ME_LISTEN=“nowhere”"), "{}", shown(&quoted));
    assert!(fine.status.success(), "{}", shown(&fine));
    assert!(copied.stdout.ends_with(b"\nleft4me 600\n"), "{}", shown(&copied));
    assert_eq!(
        (other.status.code(), other.stderr),
        (Some(77), b"left4me: root is needed: sudo left4me migrate\n".to_vec())
    );
    assert_eq!(
        host.sh("find /var/lib/left4me -maxdepth 1 -name 'left4me.db*' -printf '%u %m\\n' | sort -u"),
        "left4me 600"
    );
}
