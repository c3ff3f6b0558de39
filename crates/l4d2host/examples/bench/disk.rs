//! A new server, beside a copy of the game.

use std::time::Duration;

use crate::report::{Goal, Table};
use crate::{ROOT, in_turn, run, shell, time};

const ROUNDS: usize = 3;
/// The real game has some 30,000 files; their bytes (9 GB) would only make the yardstick longer.
const FILES: usize = 30_000;

pub(crate) fn measure(table: &mut Table) {
    let game = shell(&format!("realpath {ROOT}/installation")).trim().to_owned();
    shell(&format!(
        "mkdir {game}/bench; cd {game}/bench; for d in $(seq 100); do mkdir $d; for f in $(seq {per}); do echo $f >$d/$f; done; done
         chown -R left4me: {game}/bench; echo 'port: 27901' >/tmp/spec; sync",
        per = FILES / 100
    ));
    let new = |_| {
        run("l4d2ctl", &["delete", "bench-new"]);
        time(|| run("l4d2ctl", &["initialize", "bench-new", "-f", "/tmp/spec"]))
    };
    let copy = |_| -> Duration {
        run("rm", &["-rf", &format!("{ROOT}/bench-copy")]);
        time(|| run("cp", &["-a", &game, &format!("{ROOT}/bench-copy")]))
    };
    let [ours, copied] = in_turn(ROUNDS, new, copy);
    let yardstick = format!("`cp -a` of {FILES} files");
    table.add("a new server, time", ours, &yardstick, copied, &Goal::Less(1000.0));
    run("l4d2ctl", &["start", "bench-new"]);
    run("l4d2ctl", &["stop", "bench-new"]);
    let used = |path: &str| {
        let bytes = shell(&format!("du --summarize --block-size=1 --total {path} | tail -n 1 | cut -f 1"));
        bytes.trim().parse::<u64>().unwrap()
    };
    let ours = used(&format!("{ROOT}/instances/bench-new {ROOT}/runtime/bench-new"));
    table.add_bytes(
        "a new server, disk after its first run",
        ours,
        &yardstick,
        used(&format!("{ROOT}/bench-copy")),
        64 * 1024,
    );
    run("l4d2ctl", &["delete", "bench-new"]);
    run("rm", &["-rf", &format!("{ROOT}/bench-copy"), &format!("{game}/bench"), "/tmp/spec"]);
}
