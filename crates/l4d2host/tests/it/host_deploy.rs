//! `install.sh` and `uninstall.sh` on the real host: again, on the wrong system, and back to nothing.

use std::process::{Command, Output, Stdio};

use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{Host, repository, shown};

const INSTALL: &str =
    "/opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-bin --steamcmd /opt/left4me-standin/steamcmd";

fn main_pid(host: &Host) -> String {
    host.sh("systemctl show --property=MainPID --value left4me-server@alpha")
}

fn panel(host: &Host) -> String {
    host.sh("systemctl is-active left4me-web && systemctl show --property=MainPID --value left4me-web")
}

#[test]
fn installing_again_changes_nothing_and_an_update_touches_no_running_server() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    host.sh(INSTALL);
    host.initialize("alpha", "port: 27015\n");
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    let (pid, before) = (main_pid(&host), panel(&host));
    let again = host.sh(INSTALL);
    assert!(again.contains("nothing had to be changed"), "{again}");

    // A newer version: one program differs, one file of before is no longer shipped.
    let update = host.sh("cp -a /opt/left4me-bin /opt/left4me-newer; echo >>/opt/left4me-newer/left4me-exec
        echo left >/usr/local/lib/left4me/gone; echo /usr/local/lib/left4me/gone >>/usr/local/lib/left4me/installed
        sort -o /usr/local/lib/left4me/installed /usr/local/lib/left4me/installed
        /opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-newer
        cmp /opt/left4me-newer/left4me-exec /usr/local/libexec/left4me/left4me-exec
        test ! -e /usr/local/lib/left4me/gone
        rm -r /opt/left4me-newer");
    assert!(update.contains("3 files are new or changed"), "{update}");
    assert_eq!((main_pid(&host), panel(&host)), (pid.clone(), before.clone()));

    // A newer panel.
    host.sh("cp -a /opt/left4me-bin /opt/left4me-newer; echo >>/opt/left4me-newer/l4d2web
        /opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-newer; rm -r /opt/left4me-newer");
    assert_ne!(panel(&host), before);
    host.sh("curl --silent --fail http://127.0.0.1:8000/health");
    host.sh(INSTALL);
    assert_eq!(main_pid(&host), pid);
    assert_eq!(host.sh("systemctl is-active left4me-server@alpha"), "active");
    host.ok(&["delete", "alpha"]);
}

/// A database that a newer panel has used is not touched, and the panel stays down rather than spoil it.
#[test]
fn a_panel_that_is_too_old_for_its_database_is_not_started() {
    let host = Host::real();
    let marked = "import sqlite3; db = sqlite3.connect('/var/lib/left4me/left4me.db', timeout=10);";
    let insert =
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, 1, checksum, 1 FROM _sqlx_migrations LIMIT 1";
    host.sh(&format!(
        "systemctl stop left4me-web; runuser -u left4me -- python3 -c \"{marked} db.execute(\\\"{insert}\\\"); db.commit()\""
    ));
    let refused = host.exec(&["bash", "-c", INSTALL]);
    host.sh(&format!(
        "runuser -u left4me -- python3 -c \"{marked} db.execute('DELETE FROM _sqlx_migrations WHERE version = 9999'); db.commit()\""
    ));
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("9999") && said.contains("the database cannot be used by this version"), "{said}");
    assert_eq!(host.sh("systemctl is-active left4me-web || true"), "inactive");
    host.sh(INSTALL);
    assert!(panel(&host).starts_with("active"));
}

#[test]
fn settings_of_the_operator_survive_an_update() {
    let host = Host::real();
    host.sh("echo '# mine' >>/etc/left4me/host.env; echo '# mine' >>/etc/left4me/sandbox-resolv.conf");
    host.sh(INSTALL);
    host.sh("for f in host.env sandbox-resolv.conf; do
        grep -qx '# mine' /etc/left4me/$f; sed -i '/# mine/d' /etc/left4me/$f; done");
}

#[test]
fn a_machine_that_will_not_do_is_refused_by_name() {
    let host = Host::real();
    let refusal = |script: &str| {
        let output: Output = host.exec(&["unshare", "--mount", "bash", "-euc", script]);
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
        String::from_utf8(output.stderr).unwrap()
    };
    let other = format!(
        "printf 'ID=debian\\nVERSION_ID=\"14\"\\nPRETTY_NAME=\"Debian 14\"\\n' >/tmp/os-release
         mount --bind /tmp/os-release /etc/os-release; {INSTALL}"
    );
    assert_eq!(refusal(&other), "install.sh: left4me is for Debian 13; this is Debian 14\n");
    assert!(refusal(&format!("setpriv --reuid 65534 {INSTALL}")).contains("root is needed"));
    assert!(refusal(&format!("mount -t tmpfs none /run/systemd; {INSTALL}")).contains("systemd must run this machine"));
    assert!(refusal(&format!("{INSTALL} --bin-dir /var")).contains("l4d2ctl is missing in /var"));
    assert!(
        refusal(&format!("LEFT4ME_GAME_CPUS=4000 {INSTALL}")).contains("CPUs 4000 of LEFT4ME_GAME_CPUS are not online")
    );
}

#[test]
fn the_units_are_judged_well_by_systemd() {
    let host = Host::real();
    for unit in ["left4me-server@alpha", "left4me-steamcmd@linux", "left4me-steamcmd@info"] {
        host.sh(&format!("systemd-analyze security --no-pager --threshold=15 {unit}.service"));
    }
}

/// A host that only one test uses; it goes with the test.
struct Fresh(Host);

impl Fresh {
    fn up(name: &str) -> Self {
        let host = Self(Host { script: repository().join("deploy/lab/host.sh"), name: name.to_owned() });
        let output = host.0.lab("up", &[]);
        assert!(output.status.success(), "{}", shown(&output));
        host
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = self.0.lab("down", &[]);
    }
}

/// Files with mode and owner, accounts, tables and units; not what systemd keeps for itself, nor the copies that
/// the tools for accounts make.
const EVERYTHING: &str = r"
    find / /var/lib -xdev \( -path /proc -o -path /sys -o -path /opt -o -path /tmp -o -path /var/tmp -o -path /var/log/journal \) -prune \
      -o -not -name '*-' -printf '%p %y %m %u %g\n' | sort
    find /run -not -path '/run/systemd*' -not -path '/run/log*' -printf '%p %y\n' | sort
    cat /etc/passwd /etc/group; nft list ruleset; grep -c . /proc/self/mountinfo; systemctl get-default
    systemctl list-unit-files --no-legend --no-pager; systemctl list-units --all --no-legend --no-pager '*left4me*' '*l4d2*'";

#[test]
fn a_purge_leaves_nothing() {
    let (host, Fresh(fresh)) = (Host::real(), &Fresh::up("purge"));
    let mut source = host.command(&["tar", "-C", "/opt", "-c", "."]).stdout(Stdio::piped()).spawn().unwrap();
    let mut sink: Command = fresh.command(&["tar", "-C", "/opt", "-x"]);
    assert!(sink.stdin(source.stdout.take().unwrap()).status().unwrap().success());
    assert!(source.wait().unwrap().success());

    let before = fresh.sh(EVERYTHING);
    let said = fresh.sh(INSTALL);
    assert!(said.contains("/setup/") && said.contains("nginx/left4me.conf"), "{said}");
    fresh.sh(
        "LEFT4ME_ADMIN_PASSWORD=correct-horse-9 left4me create-user anna --admin; ! left4me setup-link 2>/dev/null",
    );
    install(fresh, 1);
    for name in ["alpha", "beta"] {
        fresh.initialize(name, &format!("port: {}\n", if name == "alpha" { 27015 } else { 27016 }));
        fresh.ok(&["start", name]);
    }
    let refused = fresh.exec(&["/usr/local/lib/left4me/uninstall.sh", "--purge"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("nobody is there to be asked"), "{}", shown(&refused));
    assert_eq!(fresh.sh("systemctl is-active left4me-server@alpha left4me-server@beta"), "active\nactive");

    // Without --purge the data stays, and a new installation finds it.
    fresh.sh("/usr/local/lib/left4me/uninstall.sh");
    assert_eq!(fresh.sh("ls /usr/local/bin /run/left4me 2>/dev/null || true"), "/usr/local/bin:");
    let again = fresh.sh(INSTALL);
    assert!(!again.contains("/setup/"), "the user is still there: {again}");
    fresh.ok(&["start", "beta"]);
    fresh.sh("/usr/local/lib/left4me/uninstall.sh --purge --yes");
    let after = fresh.sh(EVERYTHING);
    let differing: Vec<&str> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(after, before);
}
