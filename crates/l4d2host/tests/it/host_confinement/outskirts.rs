//! The rest of the host: its sockets, devices, temporary files, shared memory, and what can be written at all.

use super::{ROOT, fresh};
use crate::host_lifecycle::clean;
use crate::lab::shown;
use crate::probe::{inside, outside};

/// Stands for whatever else runs on the host and is careless: everybody may write to all that it has.
const CARELESS: &str = r#"
import ctypes, os, signal, socket
os.umask(0)
LIBC = ctypes.CDLL(None)
def listen(family, address):
    end = socket.socket(family, socket.SOCK_STREAM)
    end.bind(address)
    end.listen()
    return end
ends = [listen(socket.AF_UNIX, directory + "/left4me-test.sock") for directory in PLACES]
ends += [listen(socket.AF_INET, ("127.0.0.1", 27100))]
ends += [listen(socket.AF_INET6, ("::1", 27100))]
for directory in PLACES:
    open(directory + "/left4me-test.txt", "w").close()
queue = LIBC.msgget(0x4C34, 0o1666)
memory = LIBC.shmget(0x4C34, 4096, 0o1666)
signal.signal(signal.SIGTERM, lambda *_: exit(0))
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.connect(os.environ["NOTIFY_SOCKET"])
    notify.send(b"READY=1")
try:
    signal.pause()
finally:
    LIBC.msgctl(queue, 0, None)
    LIBC.shmctl(memory, 0, None)
    for directory in PLACES:
        os.unlink(directory + "/left4me-test.sock")
        os.unlink(directory + "/left4me-test.txt")
"#;

const PLACES: &str =
    "PLACES = ['/run', '/tmp', '/var/tmp', '/dev/shm', '/srv', '/opt', '/home', '/mnt', '/media', '/var/lib']\n";

const QUESTIONS: &str = "def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as end:
        end.settimeout(5)
        end.connect(address)
for path in PLACES:
    ask('read ' + path, lambda: look(path + '/left4me-test.txt'))
    ask('write ' + path, lambda: open(path + '/left4me-test.txt', 'r+').close())
    ask('connect to ' + path, lambda: connect(socket.AF_UNIX, path + '/left4me-test.sock'))
for path in ['/run/dbus/system_bus_socket', '/run/systemd/private', '/run/systemd/journal/stdout']:
    ask('connect to ' + path, lambda: connect(socket.AF_UNIX, path))
for path in ['/run/systemd/notify', '/run/systemd/journal/socket', '/run/systemd/journal/dev-log', '/dev/log']:
    ask('connect to ' + path, lambda: connect(socket.AF_UNIX, path, socket.SOCK_DGRAM))
for family, address in [(socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')]:
    ask('connect to ' + address, lambda: connect(family, (address, 27100)))
ask('connect to the panel', lambda: connect(socket.AF_INET, ('127.0.0.1', 8000)))
ask('message queue', lambda: call(68, 0x4C34, 0))
ask('shared memory', lambda: call(29, 0x4C34, 0, 0))
def program(*argv):
    if not run(*argv).startswith('0 '):
        raise OSError(errno.EPERM, '')
ask('busctl', lambda: program('busctl', '--no-pager', 'list'))
ask('systemctl', lambda: program('systemctl', '--no-pager', 'show', '--property=Version'))
ask('journalctl', lambda: program('journalctl', '--quiet', '--lines=1', '--unit=init.scope', '--grep=.'))
ask('sudo', lambda: program('sudo', '-n', 'true'))
ask('su', lambda: program('su', '-c', 'true'))
";

/// Proof 7: what others on the host leave open to everybody is not open to a game; systemd, D-Bus, sudo and su neither.
#[test]
fn proof7_the_rest_of_the_host_is_out_of_reach() {
    let host = fresh();
    let start = "systemctl stop left4me-test-careless 2>/dev/null || true
                 cat >/run/left4me-test-careless.py
                 systemd-run --quiet --collect --unit=left4me-test-careless --service-type=notify \\
                   --property=NotifyAccess=all --property=ExecStopPost='rm -f /run/left4me-test-careless.py' \\
                   python3 -I /run/left4me-test-careless.py";
    let started = host.feed(&["bash", "-euc", start], format!("{PLACES}{CARELESS}").as_bytes());
    assert!(started.status.success(), "{}", shown(&started));
    let questions = format!("{PLACES}{QUESTIONS}");
    let found = inside(&host, "alpha", &[], &questions);
    found.expect(|_, answer| matches!(answer, "ENOENT" | "EACCES" | "EPERM" | "ECONNREFUSED"), "the game reaches");
    outside(&host, ROOT, &questions).expect(|_, answer| answer == "ok", "this probe does not work");
    host.sh("systemctl stop left4me-test-careless");
    clean(&host);
}

const WRITABLE: &str = "def places():
    for top, directories, files in os.walk('/'):
        directories[:] = [name for name in directories if os.path.join(top, name) not in ('/proc', '/srv/game')]
        if os.access(top, os.W_OK):
            yield top
        yield from (path for path in (os.path.join(top, name) for name in files) if stat.S_ISREG(os.lstat(path).st_mode)
                    and os.access(path, os.W_OK))
ask('writable', lambda: ' '.join(sorted(places())))
def devices(kind):
    paths = [os.path.join(top, name) for top, _, names in os.walk('/dev') for name in names]
    return ' '.join(sorted(path for path in paths if kind(os.lstat(path).st_mode)))
ask('devices', lambda: devices(stat.S_ISCHR))
ask('disks', lambda: devices(stat.S_ISBLK))
ask('stack', lambda: os.access('/srv/game/left4dead2/addons', os.W_OK))
ask('settings of the kernel', lambda: open('/proc/sys/net/ipv4/ip_local_port_range', 'r+').close())
for path in ['/tmp/left4me-test-own', '/var/tmp/left4me-test-own', '/dev/shm/left4me-test-own']:
    ask(path, lambda: open(path, 'w').close())
";

/// Proof 7: in all that the game sees, it can write to its own stack and to temporary directories of its own.
#[test]
fn proof7_the_game_writes_nowhere_else() {
    let host = fresh();
    let found = inside(&host, "alpha", &[], WRITABLE);
    assert_eq!(found.get("writable"), "/dev/mqueue /dev/shm /tmp /var/tmp");
    assert_eq!(found.get("stack"), "True");
    assert_eq!(found.get("devices"), "/dev/full /dev/null /dev/pts/ptmx /dev/random /dev/tty /dev/urandom /dev/zero");
    assert_eq!((found.get("disks"), found.get("settings of the kernel")), ("", "EACCES"));
    for path in ["/tmp", "/var/tmp", "/dev/shm"] {
        assert_eq!(found.get(&format!("{path}/left4me-test-own")), "ok");
    }
    let seen = "ls -d /tmp/left4me-test-own /var/tmp/left4me-test-own /dev/shm/left4me-test-own 2>/dev/null || true";
    assert_eq!(host.sh(seen), "", "its temporary files are its own");
    assert_ne!(host.sh("find /tmp /var/tmp -path '*left4me-server@alpha*' -name left4me-test-own"), "", "and exist");
    host.ok(&["delete", "alpha"]);
    assert_eq!(host.sh("find /tmp /var/tmp -path '*left4me-server@alpha*'"), "", "and go with it");
    let control = outside(&host, ROOT, WRITABLE);
    assert!(control.get("writable").contains(" /usr/bin ") && control.get("settings of the kernel") == "ok");
    assert_ne!(host.sh(seen), "");
    host.sh("rm /tmp/left4me-test-own /var/tmp/left4me-test-own /dev/shm/left4me-test-own");
    clean(&host);
}
