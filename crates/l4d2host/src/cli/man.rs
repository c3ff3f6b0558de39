//! `l4d2ctl man`: the man pages, from the same definitions as the help; called by the installer.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::{Cli, CliError};

/// Write the man pages into a directory.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Where to; it must exist.
    directory: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Result<(), CliError> {
        let what = format!("writing man pages to {} failed", self.directory.display());
        clap_mangen::generate_to(Cli::command(), &self.directory).map_err(CliError::io(what))
    }
}
