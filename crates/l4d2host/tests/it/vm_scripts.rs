//! Proof 2 of overlays, where cgroup controllers are: a script that wants all processes, all memory or all of the CPU. Each limit is set low by a
//! drop-in, and shown by its effect beside a build without it.

use crate::host_overlays::{build, nothing_left, scene_of, yaml};
use crate::lab::{Host, shown};

/// A drop-in of the unit, which goes with this also when the test fails.
struct Limited<'h>(&'h Host);

const DROPINS: &str = "/run/systemd/system/left4me-build@5.service.d";

impl<'h> Limited<'h> {
    fn to(host: &'h Host, lines: &str) -> Self {
        host.sh(&format!(
            "mkdir -p {DROPINS}; printf '[Service]\\n%s\\n' '{lines}' >{DROPINS}/50-test.conf; systemctl daemon-reload"
        ));
        Self(host)
    }
}

impl Drop for Limited<'_> {
    fn drop(&mut self) {
        self.0.exec(&["bash", "-c", &format!("rm -rf {DROPINS}; systemctl daemon-reload")]);
    }
}

/// Runs a Python program as the script; returns the exit code of l4d2ctl, and all that was said.
fn run(host: &Host, program: &str) -> (i32, String) {
    let output =
        build(host, &yaml("", &format!("exec python3 -I - <<'END'\nimport os, signal, sys, time\n{program}\nEND")));
    (output.status.code().unwrap(), shown(&output))
}

/// Proof 2: a fork bomb meets its own limit, and is gone when the build is.
#[test]
fn proof2_a_fork_bomb_meets_its_own_limit() {
    let host = scene_of(Host::vm());
    let bomb = "started = 0
try:
    while started < 1000:
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.setsid()
            signal.pause()
        started += 1
except OSError as error:
    print('refused', started, error.strerror, flush=True)
print('over', flush=True)";
    let limited = Limited::to(&host, "TasksMax=40");
    let (code, said) = run(&host, bomb);
    assert!(code == 0 && said.contains("refused 39 Resource temporarily unavailable\nover\n"), "{said}");
    nothing_left(&host);
    drop(limited);
    let (code, said) = run(&host, &bomb.replace("1000", "60"));
    assert!(code == 0 && said.contains("building\nover\n"), "without the limit there are more: {said}");
    nothing_left(&host);
}

/// Proof 2: memory, and what is in memory for files, is the unit's own; one that takes more is killed, and l4d2ctl says why.
#[test]
fn proof2_a_script_that_takes_too_much_memory_is_killed() {
    let host = scene_of(Host::vm());
    let limited = Limited::to(&host, "MemoryMax=48M");
    let programs = [
        "block = b'x' * (96 << 20)\nprint('taken', len(block))",
        "for n in range(6):
    for place in ('/dev/shm', '/tmp'):
        with open(f'{place}/{n}', 'wb') as file: file.write(b'x' * (8 << 20))
print('taken')",
    ];
    for program in programs {
        let (code, said) = run(&host, program);
        assert!(code == 73 && said.contains("memory") && !said.contains("taken"), "{program}: {code}: {said}");
        nothing_left(&host);
    }
    drop(limited);
    let (code, said) = run(&host, &programs.join("\n"));
    assert!(code == 0 && said.matches("taken").count() == 2, "without the limit it ends well: {said}");
    nothing_left(&host);
}

/// Proof 2: a script has the CPU that it is given, however many processes ask for it.
#[test]
fn proof2_a_script_has_no_more_of_the_cpu_than_it_is_given() {
    let host = scene_of(Host::vm());
    let burn = "begun = time.monotonic()
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        while time.monotonic() < begun + 3: pass
        os._exit(0)
    children.append(child)
used = 0
for child in children:
    _, _, usage = os.wait4(child, 0)
    used += usage.ru_utime + usage.ru_stime
print('share', round(100 * used / (time.monotonic() - begun)), flush=True)";
    let share = |said: &str| -> u32 {
        let line = said.lines().find_map(|line| line.strip_prefix("share ")).unwrap_or_else(|| panic!("{said}"));
        line.parse().unwrap()
    };
    let limited = Limited::to(&host, "CPUQuota=20%");
    let (_, said) = run(&host, burn);
    let with = share(&said);
    drop(limited);
    let (_, said) = run(&host, burn);
    let without = share(&said);
    println!("with the limit {with} %, without {without} %");
    assert!(with <= 30 && without > 45, "with the limit {with} %, without {without} %");
    nothing_left(&host);
}
