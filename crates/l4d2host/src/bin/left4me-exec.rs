//! Runs the game or steamcmd, as the uid of its unit. The work is in the library.

use l4d2host::rootcmd::{exec, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run("left4me-exec", exec::USAGE, exec::VARIABLES, exec::main)
}
