//! What the kernel refuses to the game: system calls, privileges, ports.

use super::{fresh, ROOT};
use crate::host_lifecycle::clean;
use crate::probe::{inside, outside};

const SYSTEM_CALLS: &str = "for name, number, *arguments in [
        ('mount', 165), ('umount2', 166), ('pivot_root', 155), ('open_tree', 428), ('move_mount', 429), ('fsopen', 430),
        ('ptrace', 101), ('process_vm_readv', 310, 0, 0, 0, 0, 0, 1), ('unshare a user namespace', 272, 0x10000000),
        ('unshare a mount namespace', 272, 0x20000), ('setns', 308, -1, 0x20000), ('clone into a user namespace', 56, 0x10000011),
        ('keyctl', 250), ('add_key', 248), ('bpf', 321), ('perf_event_open', 298), ('swapon', 167), ('reboot', 169),
        ('modify_ldt', 154), ('chroot', 161), ('quotactl', 179), ('userfaultfd', 323),
        ('personality without randomness', 135, 0x40000)]:
    ask(name, lambda: call(number, *arguments))
for name, number, *arguments in [
        ('mount', 21), ('umount2', 52), ('pivot_root', 217), ('open_tree', 428), ('move_mount', 429), ('fsopen', 430),
        ('ptrace', 26), ('process_vm_readv', 347, 0, 0, 0, 0, 0), ('unshare a user namespace', 310, 0x10000000),
        ('unshare a mount namespace', 310, 0x20000), ('setns', 346, -1, 0x20000), ('clone into a user namespace', 120, 0x10000011),
        ('keyctl', 288), ('add_key', 286), ('bpf', 357), ('perf_event_open', 336), ('swapon', 87), ('reboot', 88),
        ('modify_ldt', 123), ('chroot', 61), ('quotactl', 131), ('userfaultfd', 374),
        ('personality without randomness', 136, 0x40000)]:
    ask('i386 ' + name, lambda: call_i386(number, *arguments))
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

const PRIVILEGES: &str = "status = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
for name in ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Groups']:
    ask(name, lambda: status[name].strip())
open('file', 'w').close()
ask('setuid file', lambda: os.chmod('file', 0o4755))
ask('setgid directory', lambda: (os.mkdir('directory'), os.chmod('directory', 0o2755))[2:])
ask('device node', lambda: os.mknod('device', stat.S_IFCHR | 0o666, os.makedev(1, 3)))
ask('give a file away', lambda: os.chown('file', 0, 0))
ask('real time', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
ask('nice', lambda: os.nice(-10) and None)
ask('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
ask('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close())
ask('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close())
ask('host name', lambda: socket.sethostname(socket.gethostname()))
ask('a setting of the kernel', lambda: open('/proc/sys/net/ipv4/ip_local_port_range', 'r+').close())
ask('a setting of a process', lambda: open('/proc/1/oom_score_adj', 'r+').close())
ask('a cgroup', lambda: os.rmdir(glob.glob('/sys/fs/cgroup/**/cgroup.procs', recursive=True)[0] + '/x'))
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
    for name in ["setuid file", "device node", "give a file away", "real time", "raw", "host name"] {
        assert_eq!(found.get(name), "EPERM", "{name}");
    }
    println!("{found:#?}");
    let control = outside(&host, ROOT, PRIVILEGES);
    println!("{control:#?}");
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
    outside(&host, ROOT, PORTS).expect(|_, answer| answer == "ok", "this probe does not work");
    clean(&host);
}
