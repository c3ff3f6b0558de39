//! `l4d2ctl logs`

use clap::Args;

use super::{CliError, Context};
use crate::name::InstanceName;
use crate::state::{LogOptions, logs};

/// Most lines that `left4me-journalctl` takes.
const LINES_MAX: i64 = 1_000_000;

/// Print what a server's console prints, old lines and new ones.
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// Name of the server.
    name: InstanceName,
    /// How many of the newest lines to begin with.
    #[arg(short = 'n', long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(..=LINES_MAX))]
    lines: u32,
    /// Go on with each new line until interrupted; so it is unless told otherwise.
    #[arg(short, long, overrides_with = "no_follow")]
    follow: bool,
    /// End after the newest line.
    #[arg(long, overrides_with = "follow")]
    no_follow: bool,
    /// Print JSON: a line with `cursor`, `time_us` (microseconds since 1970) and `line` for each.
    #[arg(long)]
    json: bool,
}

impl Logs {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let options = LogOptions { lines: self.lines, follow: self.follow || !self.no_follow, json: self.json };
        Ok(logs(&context.root, &self.name, options)?)
    }
}
