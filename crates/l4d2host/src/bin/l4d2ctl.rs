//! The command line of left4me; see `l4d2host::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(l4d2host::cli::main())
}
