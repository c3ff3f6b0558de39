//! `l4d2ctl completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, CliError};

/// Print the completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    #[expect(clippy::unnecessary_wraps, reason = "every verb returns a result")]
    pub(super) fn run(self) -> Result<(), CliError> {
        clap_complete::generate(self.shell, &mut Cli::command(), "l4d2ctl", &mut std::io::stdout());
        Ok(())
    }
}
