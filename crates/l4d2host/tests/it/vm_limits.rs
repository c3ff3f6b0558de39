//! What only a machine with cgroup controllers enforces: the CPUs, the memory and the processes of the games. Each limit is
//! shown by its effect, since systemd sets those that it cannot enforce without a word.

use crate::game::{only, status};
use crate::host_lifecycle::{clean, overlay_file};
use crate::lab::Host;

const GROUP: &str = "/sys/fs/cgroup/l4d2.slice/l4d2-game.slice";
const DROPIN: &str = "/etc/systemd/system/left4me-server@alpha.service.d/99-test.conf";

/// Takes a drop-in away that a test which failed may have left.
fn scene(host: &Host) {
    host.sh(&format!("rm -f {DROPIN}; systemctl daemon-reload"));
    clean(host);
    only(host, 1);
}

/// Starts a server whose `srcds_run` is this Python program; it prints what it found, and stays.
fn play(host: &Host, program: &str) {
    overlay_file(
        host,
        "program/srcds_run",
        &format!("#!/usr/bin/python3 -u\nimport os, signal, sys\n{program}\nsignal.pause()\n"),
    );
    host.sh("chmod 755 /var/lib/left4me/overlays/program/srcds_run");
    host.initialize("alpha", "port: 27015\noverlays: [program]\n");
    host.ok(&["start", "alpha"]);
}

/// What the program printed after this word; waits for it.
fn printed(host: &Host, word: &str) -> String {
    host.sh(&format!(
        "invocation=$(systemctl show --property=InvocationID --value left4me-server@alpha)
         sed -n '/^{word} /{{s///p;q}}' < <(exec timeout 60 journalctl --follow --lines=all --output=cat --boot _SYSTEMD_INVOCATION_ID=$invocation)"
    ))
}

fn read(host: &Host, file: &str) -> String {
    host.sh(&format!("cat {file}"))
}

/// What the unit and `install.sh` ask for is what the kernel has, and the game gets the CPUs that are its own.
#[test]
fn the_slices_and_the_unit_are_in_effect() {
    let host = Host::vm();
    scene(&host);
    play(&host, "print('cpus', sorted(os.sched_getaffinity(0)), 'nice', os.nice(0))");
    assert_eq!(printed(&host, "cpus"), "[1] nice -5");
    let unit = format!("{GROUP}/left4me-server@alpha.service");
    let values = [
        (format!("{GROUP}/cpuset.cpus.effective"), "1"),
        // Against the rest of the machine only the parent's weight counts.
        ("/sys/fs/cgroup/l4d2.slice/cpu.weight".to_owned(), "1000"),
        ("/sys/fs/cgroup/l4d2.slice/io.weight".to_owned(), "default 1000"),
        ("/sys/fs/cgroup/system.slice/cpu.weight".to_owned(), "100"),
        (format!("{GROUP}/cpu.weight"), "1000"),
        (format!("{GROUP}/io.weight"), "default 1000"),
        ("/sys/fs/cgroup/system.slice/cpuset.cpus.effective".to_owned(), "0"),
        (format!("{unit}/memory.max"), "2147483648"),
        (format!("{unit}/memory.high"), "1610612736"),
        (format!("{unit}/pids.max"), "256"),
    ];
    for (file, value) in values {
        assert_eq!(read(&host, &file), value, "{file}");
    }
    // The machine's own programs stay away from the games, and so do builds.
    assert_eq!(host.sh("taskset -pc $(pidof -s systemd-journald) | sed 's/.*: //'"), "0");
    host.sh("systemd-run --quiet --wait --pipe --slice=l4d2-build.slice cat /proc/self/status | grep -qx $'Cpus_allowed_list:\\t0'");
    host.sh("systemd-run --quiet --wait --pipe --slice=l4d2-build.slice cat /sys/fs/cgroup/l4d2.slice/l4d2-build.slice/cpu.weight | grep -qx 10");
    clean(&host);
}

/// A game that forks without end meets its own limit, not the machine's.
#[test]
fn a_game_cannot_have_more_than_its_processes() {
    let host = Host::vm();
    scene(&host);
    play(
        &host,
        "started = 0
try:
    while started < 1000:
        if os.fork() == 0:
            signal.pause()
        started += 1
except OSError as error:
    print('refused', started, error.strerror)",
    );
    assert_eq!(printed(&host, "refused"), "255 Resource temporarily unavailable");
    assert_eq!(read(&host, &format!("{GROUP}/left4me-server@alpha.service/pids.current")), "256");
    host.ok(&["stop", "alpha"]);
    clean(&host);
}

/// A game that takes more memory than an operator's drop-in gives it is killed, and the status says why.
#[test]
fn a_game_cannot_have_more_than_its_memory() {
    let host = Host::vm();
    scene(&host);
    host.sh(&format!(
        "mkdir -p {}; printf '[Service]\\nMemoryHigh=infinity\\nMemoryMax=64M\\nMemorySwapMax=0\\nRestart=no\\n' >{DROPIN}; systemctl daemon-reload",
        DROPIN.rsplit_once('/').unwrap().0
    ));
    play(&host, "block = b'x' * (256 << 20)\nprint('taken', len(block))");
    host.sh("invocation=$(systemctl show --property=InvocationID --value left4me-server@alpha)
             grep --quiet --max-count=1 -e 'Failed with result' -e taken < <(
               exec timeout 60 journalctl --follow --lines=all --output=cat --boot INVOCATION_ID=$invocation + _SYSTEMD_INVOCATION_ID=$invocation)");
    let status = status(&host, "alpha");
    assert_eq!((&status["state"], &status["result"]), (&"failed".into(), &"oom-kill".into()), "{status}");
    assert!(status["reason"].as_str().unwrap().contains("memory"), "{status}");
    scene(&host);
}
