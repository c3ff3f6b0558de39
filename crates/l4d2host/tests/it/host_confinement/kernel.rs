//! What the kernel refuses to the game: system calls, privileges, ports.

use super::{ROOT, fresh};
use crate::host_lifecycle::clean;
use crate::probe::{inside, outside};

const SYSTEM_CALLS: &str = "for name, number, number_i386, *arguments in [
        ('mount', 165, 21), ('umount2', 166, 52), ('pivot_root', 155, 217), ('chroot', 161, 61), ('open_tree', 428, 428),
        ('move_mount', 429, 429), ('fsopen', 430, 430), ('setns', 308, 346, -1, 0x20000),
        ('unshare a mount namespace', 272, 310, 0x20000), ('unshare a user namespace', 272, 310, 0x10000000),
        ('clone into a user namespace', 56, 120, 0x10000011), ('ptrace', 101, 26), ('perf_event_open', 298, 336),
        ('io_uring_setup', 425, 425), ('keyctl', 250, 288), ('add_key', 248, 286), ('bpf', 321, 357), ('swapon', 167, 87), ('reboot', 169, 88),
        ('quotactl', 179, 131), ('modify_ldt', 154, 123), ('personality without randomness', 135, 136, 0x40000)]:
    ask(name, lambda: call(number, *arguments))
    ask('i386 ' + name, lambda: call_i386(number_i386, *arguments))
";

/// Proof 7: the system calls that the unit refuses, by either entry of the kernel.
#[test]
fn proof7_the_kernel_refuses_what_the_unit_says() {
    let host = fresh();
    let found = inside(&host, "alpha", &[], SYSTEM_CALLS);
    found.expect(|_, answer| answer == "EPERM", "the game calls");
    outside(&host, ROOT, SYSTEM_CALLS).expect(|_, answer| answer != "EPERM", "this probe does not work");
    clean(&host);
}

pub(crate) const PRIVILEGES: &str =
    "status = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
for name in ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Groups']:
    ask(name, lambda: status[name].strip())
open('file', 'w').close()
ask('Mode of a new file', lambda: oct(os.stat('file').st_mode & 0o777))
ask('setuid file', lambda: os.chmod('file', 0o4755))
os.mkdir('directory')
ask('setgid directory', lambda: os.chmod('directory', 0o2755))
ask('device node', lambda: os.mknod('device', stat.S_IFCHR | 0o666, os.makedev(1, 3)))
ask('give a file away', lambda: os.chown('file', 0, 0))
ask('real time', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
ask('nice', lambda: os.nice(-10) and None)
ask('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
ask('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close())
ask('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close())
ask('host name', lambda: socket.sethostname(socket.gethostname()))
ask('a setting of the kernel', lambda: open('/proc/sys/net/ipv4/ip_local_port_range', 'r+').close())
ask('a setting of PID 1', lambda: open('/proc/1/oom_score_adj', 'r+').close())
ask('sudo', lambda: run('sudo', '-n', 'id', '-u'))
ask('su', lambda: run('su', '-c', 'id -u'))
ask('runuser', lambda: run('runuser', '-u', 'left4me', '--', 'id', '-un'))
";

/// Proof 7: no privilege, and no way to one.
#[test]
fn proof7_the_game_has_no_privilege_and_gains_none() {
    let host = fresh();
    let found = inside(&host, "alpha", &[], PRIVILEGES);
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(found.get(name), "0000000000000000", "{name}");
    }
    assert_eq!((found.get("NoNewPrivs"), found.get("Seccomp")), ("1", "2"));
    for (questions, answer) in [
        (&["setuid file", "setgid directory", "device node", "give a file away"][..], "EPERM"),
        (&["real time", "nice", "raw", "host name"], "EPERM"),
        (&["netlink", "packet"], "EAFNOSUPPORT"),
        (&["a setting of the kernel"], "EACCES"),
        (&["a setting of PID 1"], "ENOENT"),
        (&["sudo", "su", "runuser"], "1 "),
    ] {
        for question in questions {
            assert_eq!(found.get(question), answer, "{question}");
        }
    }
    assert_eq!(found.get("Mode of a new file"), "0o640");
    // Its one group is the one that the firewall matches on.
    assert_eq!(found.get("Groups"), host.sh("getent group l4d2-game | cut -d: -f3"));
    let control = outside(&host, ROOT, PRIVILEGES);
    assert_eq!((control.get("NoNewPrivs"), control.get("Seccomp")), ("0", "0"));
    assert_ne!(control.get("CapBnd"), "0000000000000000");
    let works = |question: &str, answer: &str| {
        question.starts_with(char::is_uppercase) || ["ok", "0 0", "0 left4me"].contains(&answer)
    };
    control.expect(works, "this probe does not work");
    clean(&host);
}

const PORTS: &str = "for family, address in [(socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')]:
    for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]:
        for port in [0, 1, 80, 443, 1023, 1024, 7999, 8000, 8001, 27005, 27015, 27020, 65535]:
            def bind():
                with socket.socket(family, kind) as end:
                    end.bind((address, port))
            ask(f'{port} {family.name} {kind.name}', bind)
";

/// Proof 7: the privileged ports and the panel's are refused, whatever the kernel's own limit is; any other will do.
#[test]
fn proof7_ports_of_others_cannot_be_bound() {
    let host = fresh();
    let expected = |question: &str, answer: &str| {
        let port: u16 = question.split(' ').next().unwrap().parse().unwrap();
        answer == if (1..=1023).contains(&port) || port == 8000 { "EPERM" } else { "ok" }
    };
    inside(&host, "alpha", &[], PORTS).expect(expected, "the game binds");
    // The panel has its port already.
    let free = |question: &str, answer: &str| {
        answer == if question.starts_with("8000 ") && question.ends_with("SOCK_STREAM") { "EADDRINUSE" } else { "ok" }
    };
    outside(&host, ROOT, PORTS).expect(free, "this probe does not work");
    clean(&host);
}
