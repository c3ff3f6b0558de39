//! What a script prints: however much, and whatever it is.

use crate::host_overlays::{build, nothing_left, scene, yaml};
use crate::lab::shown;

const LIMIT: u64 = 256 << 20;

/// Runs `l4d2ctl overlay build 5` on the file that is the first argument, and says what it cost: its code, what it printed in bytes, the largest of its
/// own and its subprocesses' memory in KiB, and the last of what it said otherwise.
const RUN: &str = "import resource, subprocess, sys
child = subprocess.Popen(['l4d2ctl', 'overlay', 'build', '5', '-f', sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
length = 0
while piece := child.stdout.read(1 << 16):
    length += len(piece)
said = child.stderr.read().decode().strip()
print(child.wait(), length, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, said)";

/// Proof 2: 1 GB is cut at the limit, in the log that stays too, and l4d2ctl needs no memory for it.
#[test]
fn proof2_a_flood_of_output_is_cut_at_the_limit() {
    let host = scene();
    let log = "/var/log/left4me/left4me-build@5.log";
    // Also room that is taken in the log, and does not show in its length.
    let room = "import ctypes, time
if ctypes.CDLL(None).fallocate(1, 1, ctypes.c_long(0), ctypes.c_long(1 << 30)) == 0: print('taken', flush=True)
time.sleep(600)";
    let room = format!("exec python3 -I - <<'END'\n{room}\nEND");
    for (what, script) in [
        ("lines", "yes 'a line like any other that a script may print' | head -c 1000000000; echo complete"),
        ("one line", "tr '\\0' x </dev/zero | head -c 1000000000; echo complete"),
        ("room behind the end", &room),
    ] {
        let yaml = yaml("", script);
        assert!(host.feed(&["bash", "-c", "cat >/root/left4me-test.yaml"], yaml.as_bytes()).status.success());
        let said = host.sh(&format!("exec python3 -I -c \"{RUN}\" /root/left4me-test.yaml"));
        println!("{what}: {said}");
        let mut words = said.splitn(4, ' ');
        let mut number = || words.next().unwrap().parse::<u64>().unwrap();
        let (code, printed, memory) = (number(), number(), number());
        assert_eq!(code, 70, "{what}: {said}");
        assert!(said.contains("is longer than 256 MiB: the unit was stopped"), "{what}: {said}");
        assert!(printed <= LIMIT + (1 << 20), "{what}: {said}");
        assert!(memory < 64 << 10, "{what}: {said}");
        let kept = host.sh(&format!("stat -c '%s %b' {log}"));
        let (length, blocks) = kept.split_once(' ').unwrap();
        let (length, on_disk) = (length.parse::<u64>().unwrap(), blocks.parse::<u64>().unwrap() * 512);
        assert!(length <= LIMIT && on_disk <= LIMIT + (1 << 20), "{what}: {kept}");
        assert_eq!(what == "room behind the end", host.sh(&format!("head -c 5 {log}")) == "taken", "{what}");
        assert_eq!(host.sh("ls /var/lib/left4me/overlays"), "", "{what}");
    }
    host.sh("rm /root/left4me-test.yaml");
    nothing_left(&host);
    // What is long and within the limit is printed whole.
    let fits = build(&host, &yaml("", "head -c 20000000 /dev/zero | tr '\\0' y; echo; echo complete"));
    assert!(fits.status.success(), "{}", String::from_utf8_lossy(&fits.stderr));
    let printed = ["step: building\n", &"y".repeat(20_000_000), "\ncomplete\n"].concat();
    assert!(fits.stdout.starts_with(printed.as_bytes()), "{} bytes came", fits.stdout.len());
}

/// Proof 2: bytes that are no text come through as they are.
#[test]
fn proof2_binary_output_comes_through_as_it_is() {
    let host = scene();
    let output = build(
        &host,
        &yaml("", "head -c 1000000 /dev/urandom | tee bytes; printf '\\n\\033]0;title\\007\\033c\\r\\b\\n'"),
    );
    assert!(output.status.success(), "{}", shown(&output));
    let bytes = host.exec(&["cat", "/var/lib/left4me/overlays/5/bytes"]).stdout;
    assert_eq!(bytes.len(), 1_000_000);
    let expected =
        [b"step: building\n", bytes.as_slice(), b"\n\x1b]0;title\x07\x1bc\r\x08\nstep: publishing\n"].concat();
    assert!(output.stdout.starts_with(&expected), "it was changed on the way");
    nothing_left(&host);
}
