//! The way of somebody who runs a panel: the verbs of `left4me` while it serves, and what a monitor sees.

use crate::lab::shown;
use crate::panel::{PASSWORD, Panel};

#[test]
fn from_the_first_link_to_a_backup() {
    let panel = Panel::fresh();
    let host = &panel.host;
    // Nobody can log in, and each way leads to the link; the log has one, too.
    assert_eq!(panel.get("/servers").status, 303);
    assert!(panel.get("/").body.contains("setup-link"));
    let log = host.sh("journalctl --no-pager --output=cat --unit=left4me-web _SYSTEMD_INVOCATION_ID=$(systemctl show --property=InvocationID --value left4me-web)");
    assert!(log.contains("nobody can log in yet: open http"), "{log}");
    panel.set_up();
    let refused = host.exec(&["left4me", "setup-link"]);
    assert!(!refused.status.success(), "{}", shown(&refused));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is a user already"), "{}", shown(&refused));

    // A user made beside the panel that serves can log in to it.
    let make = "LEFT4ME_ADMIN_PASSWORD='another horse' left4me create-user zoey";
    assert_eq!(host.sh(make), "made the user “zoey”");
    let twice = host.exec(&["bash", "-c", make]);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("there is a user “zoey” already"), "{}", shown(&twice));
    assert_eq!(panel.get("/admin").status, 200);
    assert_eq!(panel.post("/logout", &[]).status, 303);
    let login = |name, password| panel.post("/login", &[("name", name), ("password", password)]).status;
    assert_eq!((login("zoey", PASSWORD), login("zoey", "another horse")), (401, 303));
    assert_eq!((panel.get("/admin").status, panel.get("/servers").status), (403, 200));
    assert_eq!(
        host.sh("LEFT4ME_ADMIN_PASSWORD='third horse, last' left4me set-password zoey >/dev/null; echo done"),
        "done"
    );
    assert_eq!(panel.get("/servers").status, 303, "another password ends sessions");
    assert_eq!(login("mara", PASSWORD), 303);

    // The copy is a database with what was there a moment ago.
    let [server] = panel.servers(["Friday"]);
    let copy = "/var/lib/left4me/copy.db";
    host.sh(&format!("rm -f {copy}"));
    let wrote = host.sh(&format!("left4me backup {copy}"));
    assert!(wrote.starts_with(&format!("wrote {copy} (")), "{wrote}");
    let read = format!(
        "import sqlite3; db = sqlite3.connect('{copy}'); print(*db.execute('PRAGMA integrity_check').fetchone(), *db.execute('SELECT id, name FROM servers').fetchone())"
    );
    let seen = host.exec(&["runuser", "-u", "left4me", "--", "python3", "-c", &read]);
    assert_eq!(String::from_utf8_lossy(&seen.stdout), format!("ok {server} Friday\n"), "{}", shown(&seen));
    let again = host.exec(&["left4me", "backup", copy]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"), "{}", shown(&again));
    host.sh(&format!("rm {copy}*"));

    let prune = host.sh("left4me prune --older-than 1d --dry-run");
    assert_eq!(prune, "would remove the logs of 0 jobs (0 lines); nothing was removed");
    // Two processes on one database: the second refuses.
    let second = host.exec(&["bash", "-c", "left4me serve"]);
    assert!(!second.status.success(), "{}", shown(&second));
    assert!(String::from_utf8_lossy(&second.stderr).contains("left4me.db.lock"), "{}", shown(&second));

    // A monitor needs no account, and is told no version.
    assert_eq!(panel.post("/logout", &[]).status, 303);
    let health = panel.get("/health");
    assert_eq!((health.status, health.body.as_str()), (200, r#"{"ok":true,"database":true,"l4d2ctl":true}"#));
}

/// What a monitor sees of a panel whose host does not answer.
#[test]
fn health_says_what_fails() {
    let panel = Panel::fresh();
    let host = &panel.host;
    host.sh("mv /usr/local/bin/l4d2ctl /usr/local/bin/l4d2ctl.away");
    let seen = host.sh("timeout 60 bash -c 'while curl --silent --fail --output /dev/null http://127.0.0.1:8000/health; do :; done'; curl --silent --write-out ' %{http_code}' http://127.0.0.1:8000/health");
    host.sh("mv /usr/local/bin/l4d2ctl.away /usr/local/bin/l4d2ctl");
    crate::host_panel::wait_for_health(host);
    assert_eq!(seen, r#"{"ok":false,"database":true,"l4d2ctl":false} 503"#);
}
