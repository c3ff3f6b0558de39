//! What an admin's plain directory may hold, and what `l4d2ctl` leaves when root calls it.

use super::{cursor, fresh, logged, mounted};
use crate::host_lifecycle::{clean, overlay_file};
use crate::lab::shown;
use crate::probe::{answers, lay};

/// Proof 8: a setuid file and a device node are there, but give the game nothing.
#[test]
fn proof8_setuid_file_and_device_node_have_no_effect() {
    let host = fresh();
    overlay_file(&host, "armed/readme", "");
    let questions = "ask('root', lambda: run('./id', '-u'))
ask('group', lambda: run('./id', '-g'))
ask('left4me', lambda: run('./left4me', '-u'))
ask('own', lambda: f'0 {os.getuid()}')
ask('own group', lambda: f'0 {os.getgid()}')
ask('device', lambda: open('zero', 'rb').read(1))
ask('kind', lambda: stat.S_ISCHR(os.stat('zero').st_mode))
";
    lay(&host, "alpha", &["armed"], questions);
    host.sh(
        "cd /var/lib/left4me/overlays/armed
         install -m 6755 /usr/bin/id id; install -m 6755 -o left4me -g left4me /usr/bin/id left4me; mknod -m 666 zero c 1 5",
    );
    let found = answers(&host, "alpha");
    assert_eq!((found.get("root"), found.get("left4me")), (found.get("own"), found.get("own")));
    assert_eq!(found.get("group"), found.get("own group"));
    assert_eq!((found.get("device"), found.get("kind")), ("EACCES", "True"));
    let control = host
        .sh("cd /var/lib/left4me/overlays/armed; runuser -u daemon -- ./id -u; runuser -u daemon -- ./left4me -un
                           runuser -u daemon -- head --bytes=1 zero | wc --bytes");
    assert_eq!(control, "0\nleft4me\n1", "outside they have");
    clean(&host);
}

/// Proof 8: an overlay that becomes a link to `/etc` is refused by l4d2ctl, and by the unit when it has been pinned.
#[test]
fn proof8_an_overlay_replaced_by_a_link_to_etc_is_refused() {
    let host = fresh();
    overlay_file(&host, "armed/readme", "");
    host.initialize("alpha", "port: 27015\noverlays: [armed]\n");
    host.ok(&["start", "alpha"]);
    host.sh("systemctl stop left4me-server@alpha; cd /var/lib/left4me/overlays; mv armed away; ln -s /etc armed; chown -h left4me: armed");
    let since = cursor(&host);
    let start = host.exec(&["systemctl", "start", "left4me-server@alpha"]);
    assert_eq!(start.status.code(), Some(1), "{}", shown(&start));
    host.sh("systemctl stop left4me-server@alpha");
    let log = logged(&host, &since);
    assert!(log.contains("left4me-overlay: overlays/armed is not usable: "), "{log}");
    let start = host.l4d2ctl(&["start", "alpha"]);
    assert!(!start.status.success(), "{}", shown(&start));
    assert!(String::from_utf8_lossy(&start.stderr).contains("armed"), "{}", shown(&start));
    assert_eq!(mounted(&host), "");
    host.sh("cd /var/lib/left4me/overlays; rm armed; mv away armed");
    host.ok(&["start", "alpha"]);
    clean(&host);
}

/// Proof 8: root may call every verb, from anywhere and with any umask; what is below the root directory is left4me's.
#[test]
fn proof8_l4d2ctl_as_root_leaves_nothing_of_roots() {
    let host = fresh();
    let foreign =
        || host.sh("find /var/lib/left4me ! '(' -user left4me -group left4me ')' ! -path '*/runtime/*/work/*'");
    overlay_file(&host, "base/left4dead2/cfg/server.cfg", "hostname base\n");
    assert_eq!(foreign(), "");
    for verb in [
        "initialize beta -f - <<<'{port: 27016, overlays: [{path: base, alias: base}], config: [exec server_base]}'",
        "install",
        "start beta",
        "status beta",
        "status --all --json",
        "list",
        "logs beta --lines 5 --no-follow",
        "watch | head -n 1",
        "files beta",
        "files beta left4dead2/cfg/server.cfg --cat",
        "overlay files base",
        "restart beta",
        "doctor || true",
        "gc",
        "stop beta",
        "reset beta",
        "start beta",
        "delete beta",
        "gc",
    ] {
        host.sh(&format!("cd /root; umask 077; l4d2ctl {verb}"));
        assert_eq!(foreign(), "", "{verb}");
    }
    host.sh("touch /var/lib/left4me/overlays/roots");
    assert_eq!(foreign(), "/var/lib/left4me/overlays/roots", "this probe sees what is root's");
    let other = host.exec(&["runuser", "-u", "daemon", "--", "l4d2ctl", "list"]);
    assert_eq!(other.status.code(), Some(77), "{}", shown(&other));
    clean(&host);
}
