//! Asks systemd for the few things that left4me may have, as root. The work is in the library.

use l4d2host::rootcmd::{run, systemctl};
use std::process::ExitCode;

fn main() -> ExitCode {
    run("left4me-systemctl", systemctl::USAGE, &[], systemctl::main)
}
