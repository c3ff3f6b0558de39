//! Measures what left4me costs beside what the same work costs without it. `deploy/bench.sh` runs it, as root, in a
//! throw-away host on which left4me and the stand-in game are installed; it prints a table in Markdown.
//!
//! Every figure is a median, and stands beside its yardstick, which is measured in turn with it in the same run: the
//! ratio or the difference is what counts, not the milliseconds of one machine.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on ends by a panic, and runs programs as a user would"
)]

mod disk;
mod mounts;
mod overlays;
mod publish;
mod report;
mod units;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The root directory.
const ROOT: &str = "/var/lib/left4me";

fn main() {
    let yardsticks = std::env::args().nth(1).expect("usage: bench DIRECTORY-OF-THE-EXAMPLES [overlays]");
    let mut rows = report::Table::default();
    if std::env::args().nth(2).as_deref() == Some("overlays") {
        overlays::measure(&mut rows);
        print!("{rows}");
        return;
    }
    mounts::measure(&mut rows, Path::new(&yardsticks));
    units::measure(&mut rows);
    disk::measure(&mut rows);
    publish::measure(&mut rows);
    print!("{rows}");
}

/// Runs a command that must succeed and prints nothing.
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a line of shell that must succeed; returns what it printed.
fn shell(line: &str) -> String {
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", line]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Measures two things in turn, so that both see the same machine; returns their medians.
fn in_turn(
    rounds: usize,
    mut ours: impl FnMut(usize) -> Duration,
    mut other: impl FnMut(usize) -> Duration,
) -> [Duration; 2] {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=rounds {
        a.push(ours(round));
        b.push(other(round));
    }
    [median(a), median(b)]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort();
    times[times.len() / 2]
}
