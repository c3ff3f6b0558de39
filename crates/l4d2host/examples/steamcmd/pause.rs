//! Waits that tests control: an ordered pause lasts until a file `go` or `go-PHASE` appears.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::orders::{Orders, Pass};
use crate::place::Place;
use crate::screen::Screen;
use crate::tree::Platform;

/// A point of a pass at which it can be made to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase(&'static str);

const PHASES: [&str; 9] = [
    "login",
    "reconfiguring",
    "preallocating",
    "downloading",
    "download-half",
    "verifying",
    "committing",
    "commit-half",
    "success",
];

impl Phase {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        PHASES.into_iter().find(|phase| *phase == word).map(Self)
    }
}

/// Waits when it was ordered to.
pub(crate) fn before(phase: &str, place: &Place, orders: &Orders, screen: &Screen, pass: Platform, directory: &Path) {
    let ordered = |(wanted, of): &(Phase, Pass)| wanted.0 == phase && of.covers(pass);
    if !orders.pauses.iter().any(ordered) {
        return;
    }
    screen.line(&format!("stand-in: waiting before {phase}"));
    screen.flush();
    let gate = format!("go-{phase}");
    let places = [place.root.as_path(), place.home.as_path(), directory];
    while !places.iter().any(|place| place.join("go").exists() || place.join(&gate).exists()) {
        thread::sleep(Duration::from_millis(10));
    }
}
