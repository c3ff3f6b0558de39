//! What the game can read.

use super::{ROOT, fresh, identity, neighbour};
use crate::host_lifecycle::clean;
use crate::probe::{inside, outside};

/// Proof 7: not the database, the settings, another server's tree or mount, the other specs, the logs.
#[test]
fn proof7_the_game_reads_nothing_of_the_host() {
    let host = fresh();
    let beta = neighbour(&host);
    host.sh("install -d -m 755 /srv/other /opt/other; echo >/srv/other/file; echo >/opt/other/file");
    let secrets =
        "for path in ['/var/lib/left4me/left4me.db', '/var/lib/left4me/left4me.db-wal', '/etc/left4me/web.env', '/etc/left4me/host.env', '/etc/shadow',
             '/var/lib/left4me/instances/alpha/spec.yaml', '/var/lib/left4me/instances/beta/spec.yaml',
             '/var/lib/left4me/runtime/beta/upper/left4dead2/cfg/server.cfg', '/run/left4me/server',
             '/run/left4me/server/beta/srcds_run', '/run/left4me/server/beta/left4dead2/cfg/server.cfg',
             '/run/left4me/server/alpha/srcds_run', '/root']:
    ask(path, lambda: look(path))
";
    let readable = "for path in ['/var/lib/left4me/installation/srcds_run', '/var/lib/left4me/runtime/beta/upper',
             '/var/lib/left4me/overlays/base/left4dead2/cfg/server.cfg', '/run/left4me/last/left4me-server@beta',
             '/etc/passwd', '/var/log/journal', '/etc/left4me/sandbox-resolv.conf', '/var/log/left4me', '/srv/other/file', '/opt/other/file']:
    ask(path, lambda: look(path))
";
    let process = format!(
        "for name in ['root/srv/game/srcds_run', 'cwd/left4dead2/cfg/server.cfg', 'environ', 'cmdline', 'maps']:
    ask(name, lambda: look('/proc/{beta}/' + name))
ask('root of PID 1', lambda: look('/proc/1/root/etc/shadow'))
"
    );
    let all = format!("{secrets}{readable}{process}");
    let found = inside(&host, "alpha", &[], &all);
    found.expect(|_, answer| matches!(answer, "ENOENT" | "EACCES"), "the game reads");
    outside(&host, ROOT, &all).expect(|_, answer| answer == "ok", "this probe does not work");
    // Without the unit, with the uid alone: what is secret stays so (invariant I4).
    let identity = identity(&host, "alpha");
    let identity: Vec<&str> = identity.iter().map(String::as_str).collect();
    outside(&host, &identity, secrets).expect(|_, answer| answer == "EACCES", "the uid reads");
    outside(&host, &identity, "ask('/etc/passwd', lambda: look('/etc/passwd'))")
        .expect(|_, answer| answer == "ok", "this probe does not work");
    host.sh("rm -r /srv/other /opt/other");
    clean(&host);
}
