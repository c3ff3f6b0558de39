//! What the game can do to other processes.

use super::{ROOT, fresh, neighbour};
use crate::host_lifecycle::clean;
use crate::probe::{inside, outside};

/// Asks what can be done to these processes, by name and process id.
pub(crate) fn questions(processes: &[(&str, &str)]) -> String {
    let list: String = processes.iter().flat_map(|(name, pid)| ["('", name, "', ", pid, "), "]).collect();
    format!(
        "own = os.getpid()
def read_memory(pid):  # process_vm_readv of what is not mapped is EFAULT, for those who may
    part = struct.pack('PN', 4096, 8)
    place = ctypes.addressof(ctypes.create_string_buffer(part))
    try:
        call(310, pid, place, 1, place, 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise
ask('others in /proc', lambda: sum(1 for entry in os.listdir('/proc') if entry.isdigit() and int(entry) != own))
for name, pid in [{list}]:
    ask('see ' + name, lambda: look(f'/proc/{{pid}}/status'))
    ask('probe ' + name, lambda: os.kill(pid, 0))
    ask('signal ' + name, lambda: os.kill(pid, signal.SIGCONT))
    if pid != 1:  # that would be everybody
        ask('signal the group of ' + name, lambda: os.kill(-pid, signal.SIGCONT))
    ask('signal by descriptor ' + name, lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGCONT))
    ask('trace ' + name, lambda: call(101, 0x4206, pid, 0, 0))  # PTRACE_SEIZE
    ask('take a file of ' + name, lambda: call(438, os.pidfd_open(pid), 0, 0))  # pidfd_getfd
    ask('open the memory of ' + name, lambda: open(f'/proc/{{pid}}/mem', 'rb').close())
    ask('read the memory of ' + name, lambda: read_memory(pid))
    ask('slow down ' + name, lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)))
    ask('move ' + name, lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)))
    if name.startswith('another '):  # root may do it to those in a user namespace below its own
        ask('limit ' + name, lambda: call(302, pid, 7, 0, ctypes.addressof(ctypes.create_string_buffer(16))))  # prlimit64
"
    )
}

/// Proof 7: no other process, another server's included, is seen, signalled, traced or slowed down.
#[test]
fn proof7_the_game_reaches_no_other_process() {
    let host = fresh();
    let beta = neighbour(&host);
    let left4me = host.sh("systemctl stop left4me-test-panel 2>/dev/null || true
                           systemd-run --quiet --collect --unit=left4me-test-panel --property=User=left4me sleep infinity
                           systemctl show --property=MainPID --value left4me-test-panel");
    let questions = questions(&[("PID 1", "1"), ("another server", &beta), ("the panel", &left4me)]);
    let found = inside(&host, "alpha", &[], &questions);
    assert_eq!(found.get("others in /proc"), "0");
    let refused = |question: &str, answer: &str| {
        question == "others in /proc" || matches!(answer, "EPERM" | "EACCES" | "ENOENT" | "ESRCH")
    };
    found.expect(refused, "the game reaches a process");
    let control = outside(&host, ROOT, &questions);
    assert!(control.get("others in /proc").parse::<u32>().unwrap() > 5);
    let works = |question: &str, answer: &str| question == "others in /proc" || answer == "ok";
    control.expect(works, "this probe does not work");
    assert_eq!(host.sh("systemctl show --property=MainPID --value left4me-server@beta"), beta, "it still runs");
    host.sh("systemctl stop left4me-test-panel");
    clean(&host);
}
