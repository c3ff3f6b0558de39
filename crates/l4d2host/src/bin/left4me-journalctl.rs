//! Shows the journal of one server, as root. The work is in the library.

use l4d2host::rootcmd::{journalctl, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run("left4me-journalctl", journalctl::USAGE, &[], journalctl::main)
}
