//! `l4d2ctl list`

use clap::Args;

use super::text::{print, print_json};
use super::{CliError, Context};
use crate::state;

/// List the servers, one name a line.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Print JSON: name, port, overlays, and whether it starts at boot.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        if self.json {
            return print_json(&state::list(&context.root)?);
        }
        let mut lines = String::new();
        for name in state::names(&context.root)? {
            lines.push_str(name.as_str());
            lines.push('\n');
        }
        print(&lines)
    }
}
