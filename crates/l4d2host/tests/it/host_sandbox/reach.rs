//! What of the host a script reads, reaches and writes.

use super::{in_build, refused};
use crate::host_confinement::{ROOT, neighbour, processes};
use crate::host_lifecycle::{clean, install};
use crate::host_overlays::{nothing_left, scene, yaml};
use crate::lab::Host;
use crate::probe::{outside, with};
use crate::verb::Verb;

/// What belongs to others. `6` is an overlay that is published, and is being built at the moment; `beta` is a server that runs.
const SECRETS: &str =
    "for path in ['/var/lib/left4me/left4me.db', '/var/lib/left4me/left4me.db-wal', '/etc/left4me/web.env', '/etc/left4me/host.env',
             '/etc/shadow', '/etc/sudoers.d/left4me', '/root', '/root/secret',
             '/var/lib/left4me/overlays/6/secret', '/var/lib/left4me/trees/overlay/6/1/secret', '/var/lib/left4me/builds/6/script',
             '/var/lib/left4me/builds/6/upper/secret', '/run/left4me/build', '/run/left4me/build/6/secret',
             '/run/left4me/script', '/run/left4me/script/6', '/var/log/left4me/left4me-build@6.log', '/var/lib/left4me/files/6/secret',
             '/var/lib/left4me/workshop_cache', '/var/lib/left4me/locks/build-6', '/var/lib/left4me/instances/beta/spec.yaml',
             '/var/lib/left4me/runtime/beta/upper/left4dead2/cfg/server.cfg', '/run/left4me/server/beta/left4dead2/cfg/server.cfg']:
    ask(path, lambda: look(path))
";
/// What everybody on the host may read.
const PLAIN: &str =
    "for path in ['/etc/passwd', '/etc/hostname', '/run/left4me/last/left4me-build@6', '/run/systemd/dynamic-uid', '/var/lib/left4me',
             '/var/log/journal', '/tmp/left4me-test-secret', '/home/left4me-test-secret', '/usr/local/lib/systemd/../../../../etc/passwd']:
    ask(path, lambda: look(path))
";

/// What is written. Each is put back as it was.
const WRITES: &str = r#"
def write(path):
    with open(path, "r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(first)
def make(path):
    open(path, "x").close()
    os.unlink(path)
for path in ["/usr/bin/left4me-test", "/usr/local/libexec/left4me/left4me-test", "/etc/left4me-test", "/etc/systemd/system/left4me-test",
             "/var/left4me-test", "/run/left4me-test", "/opt/left4me-test", "/srv/left4me-test", "/mnt/left4me-test", "/boot/left4me-test",
             "/root/left4me-test", "/home/left4me-test", "/left4me-test", "/var/lib/left4me/overlays/left4me-test",
             "/var/lib/left4me/trees/overlay/6/1/left4me-test", "/var/log/left4me/left4me-test", "../left4me-test", "/proc/self/root/left4me-test"]:
    ask("make " + path, lambda: make(path))
for path in ["/usr/bin/factor", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/usr/local/sbin/left4me"]:
    ask("write " + path, lambda: write(path))
for link, target in [("link", "/etc/ld.so.cache"), ("up", "../../../../../../usr/bin/bash")]:
    os.symlink(target, link)
    if os.getcwd() == "/overlay":
        ask("write by a link to " + target, lambda: write(link))
    os.unlink(link)
ask("link to a file of the host", lambda: os.link("/usr/bin/bash", "hard"))
ask("setting of the kernel", lambda: open("/proc/sys/net/ipv4/ip_local_port_range", "r+b").close())
ask("cgroup", lambda: write("/sys/fs/cgroup/cgroup.procs"))
"#;

/// Where a script may write, of all that it sees.
const WRITABLE: &str = r#"
def places():
    for top, directories, files in os.walk("/"):
        directories[:] = [name for name in directories if os.path.join(top, name) not in ("/proc", "/overlay")]
        if os.access(top, os.W_OK):
            yield top
        yield from (path for path in (os.path.join(top, name) for name in files)
                    if stat.S_ISREG(os.lstat(path).st_mode) and os.access(path, os.W_OK))
ask("writable", lambda: " ".join(sorted(places())))
ask("own", lambda: open("/overlay/own", "x").close())
ask("script", lambda: open("/script.sh", "rb").read(5))
"#;

/// A build of `6` that waits, on top of a tree with a secret; returns the process of its script too.
fn other_build(host: &Host) -> (Verb, String) {
    let feed = |yaml: &str| {
        let output = host.feed(&["bash", "-c", "cat >/root/left4me-test.yaml"], yaml.as_bytes());
        assert!(output.status.success());
    };
    let build = ["l4d2ctl", "overlay", "build", "6", "-f", "/root/left4me-test.yaml"];
    feed(&yaml("", "echo theirs >secret"));
    host.ok(&build[1..]);
    feed(&yaml("", "echo again >secret; echo here; exec sleep 600"));
    let mut verb = Verb::start(host, &build);
    verb.until("here");
    // What is left of the script's name when it is the sleep.
    let pid = host.sh("systemctl show -P MainPID left4me-build@6");
    (verb, pid)
}

/// Proof 2: not the database, the settings, other overlays and servers, `/root`, nor any process but its own; and nothing is written outside of
/// `/overlay` and temporary directories of its own.
#[test]
fn proof2_a_script_reads_writes_and_signals_nothing_of_the_host() {
    let host = scene();
    clean(&host);
    install(&host, 1);
    let beta = neighbour(&host);
    host.sh("echo secret | tee /root/secret /tmp/left4me-test-secret >/home/left4me-test-secret
             install -d -o left4me -m 700 /var/lib/left4me/files/6; echo secret >/var/lib/left4me/files/6/secret
             l4d2ctl overlay delete 6; rm -f /usr/bin/left4me-test; : >>/var/lib/left4me/left4me.db-wal; chown left4me: /var/lib/left4me/left4me.db-wal");
    let (other, theirs) = other_build(&host);
    let panel = host.sh("systemctl show -P MainPID left4me-web");
    let processes = processes::questions(&[
        ("PID 1", "1"),
        ("another server", &beta),
        ("another build", &theirs),
        ("the panel", &panel),
    ]);
    let more = format!(
        "for path in ['/proc/1/root/etc/shadow', '/proc/{panel}/environ', '/proc/{panel}/root/etc/shadow', '/proc/{theirs}/root/script.sh',
             '/proc/{theirs}/cwd/secret', '/proc/{beta}/cmdline', '/proc/{beta}/cwd/left4dead2/cfg/server.cfg']:
    ask(path, lambda: look(path))
"
    );
    let all = format!("{SECRETS}{PLAIN}{more}{WRITES}{processes}");
    let found = in_build(&host, &format!("{all}{WRITABLE}"));
    assert_eq!(found.get("writable"), "/dev/mqueue /dev/shm /tmp /var/tmp");
    assert_eq!((found.get("own"), found.get("script")), ("ok", "b'exec '"));
    assert_eq!(found.get("others in /proc"), "0");
    let closed = |question: &str, answer: &str| {
        matches!(question, "writable" | "own" | "script" | "others in /proc") || refused(question, answer)
    };
    found.expect(closed, "a script reaches");
    let control = outside(&host, ROOT, &all);
    let works = |question: &str, answer: &str| {
        answer == "ok"
            || (question == "others in /proc" && answer.parse::<u32>().is_ok_and(|others| others > 5))
            // What is linked must be on one file system.
            || (question, answer) == ("link to a file of the host", "EXDEV")
    };
    control.expect(works, "this probe does not work");

    // Without the unit, with the uid alone: what is secret stays so.
    let uid = host.sh("readlink /run/systemd/dynamic-uid/direct:l4d2b-6");
    let uid = format!("--reuid={uid}");
    let identity = ["setpriv", &uid, "--regid=l4d2-build", "--clear-groups"];
    outside(&host, &identity, SECRETS).expect(|_, answer| answer == "EACCES", "the uid reads");
    outside(&host, &identity, "ask('/etc/passwd', lambda: look('/etc/passwd'))")
        .expect(with("ok"), "this probe does not work");

    host.sh(&format!("kill -TERM {}", other.pid()));
    let (ended, said) = other.end();
    assert!(!ended.success(), "it waited to the end: {said}");
    for (what, unit) in [("another server", "left4me-server@beta"), ("the panel", "left4me-web")] {
        let now = host.sh(&format!("systemctl show -P MainPID {unit}"));
        assert_eq!(now, if what == "the panel" { &*panel } else { &*beta }, "{what} still runs");
    }
    host.sh("rm -r /root/secret /root/left4me-test.yaml /tmp/left4me-test-secret /home/left4me-test-secret /var/lib/left4me/files/6; l4d2ctl overlay delete 6");
    clean(&host);
    nothing_left(&host);
}
