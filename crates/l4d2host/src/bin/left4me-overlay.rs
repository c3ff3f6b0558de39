//! Mounts and unmounts the stack of a unit, as root. The work is in the library.

use l4d2host::rootcmd::{overlay, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run("left4me-overlay", overlay::USAGE, overlay::VARIABLES, overlay::main)
}
