//! Building overlays with `l4d2ctl`, in the real unit where a script runs, beside `cp -al` of what is built.

use std::fs;
use std::time::Duration;

use crate::report::{Goal, Table};
use crate::{ROOT, in_turn, run, shell, time};

const ROUNDS: usize = 5;
/// Items of a workshop overlay, and how long each is.
const ITEMS: usize = 1000;
const ITEM: u64 = 20_000_000;
/// Files in the tree of a script, of which it changes one.
const FILES: usize = 50_000;

pub(crate) fn measure(table: &mut Table) {
    links(table);
    script(table);
    shell("for id in bench-links bench-script; do l4d2ctl overlay delete $id >/dev/null; done; l4d2ctl gc >/dev/null");
    shell(&format!("rm -rf {ROOT}/workshop_cache/bench {ROOT}/bench-copy /root/bench.yaml"));
}

/// Builds an overlay from a build file.
fn build(id: &str, yaml: &str) -> Duration {
    fs::write("/root/bench.yaml", yaml).unwrap();
    let took = time(|| run("l4d2ctl", &["overlay", "build", id, "-f", "/root/bench.yaml"]));
    assert!(shell(&format!("readlink {ROOT}/overlays/{id}")).starts_with("../trees/"));
    took
}

/// The yardstick: the published tree linked once more, and written to disk.
fn copy(id: &str) -> Duration {
    let to = format!("{ROOT}/bench-copy");
    let took = time(|| {
        run("cp", &["-al", &format!("{ROOT}/overlays/{id}/."), &to]);
        run("sync", &["--file-system", &to]);
    });
    run("rm", &["-rf", &to]);
    took
}

fn links(table: &mut Table) {
    shell(&format!(
        "mkdir -p {ROOT}/workshop_cache/bench; cd {ROOT}/workshop_cache/bench; umask 022
         for n in $(seq {ITEMS}); do truncate -s {ITEM} $n.vpk; done; chmod 444 *.vpk; chown -R left4me: .; sync"
    ));
    // Each time another one is left out, so that there is something to publish.
    let links = |round: usize| {
        let item = |n: usize| format!("  left4dead2/addons/{n}.vpk: workshop_cache/bench/{n}.vpk\n");
        let items: String = (1..=ITEMS).filter(|n| *n != round + 1).map(item).collect();
        build("bench-links", &format!("kind: links\nmax_bytes: 20000000000\nfiles:\n{items}"))
    };
    let [ours, copied] = in_turn(ROUNDS, links, |_| copy("bench-links"));
    let what = format!("building an overlay of {} workshop items", ITEMS - 1);
    table.add(&what, ours, "`cp -al` and `sync -f`", copied, &Goal::Under(Duration::from_secs(1)));
    let du = shell(&format!(
        "du --block-size=1 --summarize {ROOT}/workshop_cache/bench {ROOT}/trees/overlay/bench-links | tail -n 1 | cut -f 1"
    ));
    let used = du.trim().parse().unwrap();
    table.add_bytes("what it takes on disk beside the items", used, "the items", ITEM * ITEMS as u64, 1 << 20);
}

fn script(table: &mut Table) {
    let directories = FILES / 100;
    build(
        "bench-script",
        &format!(
            "kind: script\nscript: |\n  for d in $(seq {directories}); do mkdir $d; for f in $(seq 100); do echo $f >$d/$f; done; done\n"
        ),
    );
    let change = |round: usize| build("bench-script", &format!("kind: script\nscript: echo build {round} >1/1\n"));
    let [ours, copied] = in_turn(ROUNDS, change, |_| copy("bench-script"));
    let what = "a script that changes one file of 50,000, with its unit";
    table.add(what, ours, "`cp -al` and `sync -f`", copied, &Goal::Under(Duration::from_secs(2)));
}
