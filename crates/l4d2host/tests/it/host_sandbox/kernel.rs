//! What the kernel, systemd and the bus refuse to a script.

use super::{in_build, refused};
use crate::host_confinement::{ROOT, kernel::PRIVILEGES};
use crate::host_overlays::{nothing_left, scene};
use crate::probe::outside;

const SYSTEM_CALLS: &str = "for name, number, *arguments in [
        ('mount', 165), ('umount2', 166), ('pivot_root', 155), ('chroot', 161), ('open_tree', 428), ('move_mount', 429), ('fsopen', 430),
        ('fsmount', 432), ('fspick', 433), ('mount_setattr', 442), ('setns', 308, -1, 0x20000), ('unshare a mount namespace', 272, 0x20000),
        ('unshare a user namespace', 272, 0x10000000), ('unshare a network namespace', 272, 0x40000000), ('unshare a cgroup namespace', 272, 0x2000000),
        ('clone into a user namespace', 56, 0x10000011), ('ptrace', 101, 0), ('perf_event_open', 298), ('io_uring_setup', 425),
        ('keyctl', 250, 0, -3, 1), ('add_key', 248), ('request_key', 249), ('bpf', 321), ('kexec_load', 246), ('init_module', 175),
        ('delete_module', 176), ('iopl', 172, 3), ('swapon', 167), ('reboot', 169), ('acct', 163), ('quotactl', 179), ('modify_ldt', 154),
        ('name_to_handle_at', 303), ('open_by_handle_at', 304), ('personality without randomness', 135, 0x40000), ('fanotify_init', 300), ('syslog', 103, 10),
        ('settimeofday', 164), ('clock_settime', 227), ('sethostname', 170, 0, 100000), ('lookup_dcookie', 212), ('kcmp', 312, 1, 1, 0)]:
    ask(name, lambda: call(number, *arguments))
ask('i386', lambda: call_i386(20))
";

/// Those that the kernel of the machine, or the lab's own confinement, has no answer for; the unit refuses them all the same.
const NOT_HERE: [&str; 12] = [
    "acct",
    "bpf",
    "kexec_load",
    "init_module",
    "delete_module",
    "iopl",
    "swapon",
    "reboot",
    "settimeofday",
    "clock_settime",
    "open_by_handle_at",
    "lookup_dcookie",
];

const PROGRAMS: &str = "
def program(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
    if done.returncode:
        raise OSError(errno.EPERM, '')
def unix(path, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as end:
        end.connect(path)
for path in ['/run/dbus/system_bus_socket', '/run/systemd/private', '/run/systemd/io.systemd.DynamicUser', '/run/systemd/journal/stdout']:
    ask('connect to ' + path, lambda: unix(path))
for path in ['/run/systemd/notify', '/run/systemd/journal/socket', '/dev/log']:
    ask('send to ' + path, lambda: unix(path, socket.SOCK_DGRAM))
ask('systemd-run', lambda: program('systemd-run', '--quiet', '--wait', '--collect', 'true'))
ask('systemctl', lambda: program('systemctl', '--no-pager', 'show', '--property=Version'))
ask('busctl', lambda: program('busctl', '--no-pager', 'list'))
ask('journalctl', lambda: program('journalctl', '--quiet', '--lines=1', '--unit=init.scope', '--grep=.'))
ask('root program', lambda: program('/usr/local/libexec/left4me/left4me-systemctl', 'stop-build', 'left4me-test'))
ask('l4d2ctl', lambda: program('l4d2ctl', 'list'))
ask('unshare', lambda: program('unshare', '--mount', 'true'))
ask('mount', lambda: program('mount', '-t', 'tmpfs', 'tmpfs', '/mnt'))
ask('umount', lambda: program('umount', '/mnt'))
ask('ping', lambda: program('python3', '-c', 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'))
ask('vsock', lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close())
ask('alg', lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close())
ask('abstract socket', lambda: socket.socket(socket.AF_UNIX).bind('\\0left4me-test'))
for name, change in [('uid', os.setuid), ('gid', os.setgid)]:
    def become():
        child = os.fork()
        if child == 0:
            try:
                change(0 if os.getuid() else 1)
            except OSError as error:
                os._exit(error.errno)
            os._exit(0)
        ended(os.waitpid(child, 0)[1])
    ask('set' + name, become)
ask('groups', lambda: os.setgroups([0]))
def executable_memory():
    import mmap
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
ask('executable memory', executable_memory)
";

/// Proof 2: mount, unshare, ptrace, keyctl, setuid, raw sockets, `systemd-run`, D-Bus and their kin.
#[test]
fn proof2_the_kernel_and_systemd_refuse_what_a_script_must_not() {
    let host = scene();
    let questions = format!("{SYSTEM_CALLS}{PROGRAMS}{PRIVILEGES}os.unlink('file')\nos.rmdir('directory')\n");
    let found = in_build(&host, &questions);
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(found.get(name), "0000000000000000", "{name}");
    }
    assert_eq!((found.get("NoNewPrivs"), found.get("Seccomp")), ("1", "2"));
    assert_eq!(found.get("Groups"), host.sh("getent group l4d2-build | cut -d: -f3"));
    println!("{found:#?}");
    let closed = |question: &str, answer: &str| {
        question.starts_with("Cap")
            || ["NoNewPrivs", "Seccomp", "Groups", "Mode of a new file"].contains(&question)
            || (["sudo", "su", "runuser"].contains(&question) && answer.starts_with("1 "))
            || (question == "i386" && answer.ends_with("ended with -31"))
            || refused(question, answer)
    };
    found.expect(closed, "a script may");

    let control =
        outside(&host, ROOT, &questions.replace("os.unlink('file')\nos.rmdir('directory')", "os.unlink('device')"));
    println!("{control:#?}");
    let works = |question: &str, answer: &str| NOT_HERE.contains(&question) || answer != "EPERM";
    control.expect(works, "this probe does not work");
    nothing_left(&host);
}
