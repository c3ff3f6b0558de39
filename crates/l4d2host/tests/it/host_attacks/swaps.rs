//! Links swapped in while the unit starts.

use super::{cursor, fresh, logged, mounted};
use crate::host_lifecycle::{clean, overlay_file};
use crate::relaxed::Relaxed;

/// How often the unit starts against each swap: with [`SWAPPED`], 200 times.
const ROUNDS: usize = 25;

/// What is exchanged with a link to its copy outside of the root, again and again.
const SWAPPED: [&str; 8] = [
    "overlays/ours",
    "overlays",
    "instances/alpha/pins",
    "instances/alpha/argv",
    "instances/alpha",
    "runtime/alpha/upper",
    "runtime/alpha/work",
    "runtime/alpha",
];

const SWAPPER: &str = "import ctypes, signal, sys
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(True))
exchange = ctypes.CDLL(None).renameat2
path, link = (name.encode() for name in sys.argv[1:])
while not over:
    for _ in range(2):
        if exchange(-100, path, -100, link, 2):
            sys.exit(\"the exchange fails\")
";

/// Proof 8: 200 starts of the unit while left4me swaps. Each is refused, or runs what is below the root.
#[test]
fn proof8_200_swaps_through_the_unit() {
    let host = fresh();
    // Not the probe: it ends at once.
    overlay_file(&host, "ours/srcds_run", "#!/bin/sh\necho \"the game is ours: $*\"\n");
    host.sh("chmod 755 /var/lib/left4me/overlays/ours/srcds_run");
    host.initialize("alpha", "port: 27015\noverlays: [ours]\narguments: [+exec, ours]\n");
    let _relaxed = Relaxed::new(&host, "Restart=no");
    host.ok(&["start", "alpha"]);
    host.sh("systemctl stop left4me-server@alpha
             rm -rf /var/lib/decoy; cp -a /var/lib/left4me /var/lib/decoy; cd /var/lib/decoy
             sed -i s/ours/theirs/ overlays/ours/srcds_run instances/alpha/argv
             cp -a overlays/ours overlays/theirs; sed -i s/ours/theirs/ instances/alpha/pins
             cp -a overlays/theirs /var/lib/left4me/overlays/theirs");
    let decoy = || host.sh("cd /var/lib/decoy; find . -printf '%p %i %m %u %s %T@ %C@\\n' | sort");
    let (untouched, since) = (decoy(), cursor(&host));
    let mut met = Vec::new();
    for path in SWAPPED {
        let began = cursor(&host);
        let swap = host.feed(
            &[
                "bash",
                "-euc",
                "cat >/run/left4me-test-swap.py
                 cd /var/lib/left4me; rm -f swap; ln -s /var/lib/decoy/$1 swap; chown -h left4me: swap
                 systemctl stop left4me-test-swap 2>/dev/null || true
                 systemd-run --quiet --collect --unit=left4me-test-swap --property=User=left4me \\
                   --property=WorkingDirectory=/var/lib/left4me python3 -I /run/left4me-test-swap.py $1 swap
                 for ((i = 0; i < $2; i++)); do systemctl start --wait left4me-server@alpha 2>/dev/null || true; done
                 systemctl stop left4me-test-swap
                 rm swap /run/left4me-test-swap.py",
                "-",
                path,
                &ROUNDS.to_string(),
            ],
            SWAPPER.as_bytes(),
        );
        assert!(swap.status.success(), "{path}: {}", crate::lab::shown(&swap));
        let log = logged(&host, &began);
        let count = |words: &str| log.lines().filter(|line| line.contains(words)).count();
        met.push((path, count("the game is ours: "), count("left4me-overlay: ")));
        assert_eq!(mounted(&host), "", "{path}");
    }
    assert!(met.iter().map(|(_, ran, _)| ran).sum::<usize>() > 20, "some starts go well: {met:?}");
    assert!(met.iter().map(|(_, _, refused)| refused).sum::<usize>() > 20, "some meet the link: {met:?}");
    assert!(met.iter().all(|(_, ran, refused)| ran + refused == ROUNDS), "each start is one of the two: {met:?}");
    let log = logged(&host, &since);
    assert!(!log.contains("theirs"), "{log}");
    assert_eq!(untouched, decoy());
    host.sh("rm -r /var/lib/decoy");
    clean(&host);
}
