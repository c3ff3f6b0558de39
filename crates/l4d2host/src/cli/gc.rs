//! `l4d2ctl gc`

use clap::Args;

use super::text::print_json;
use super::{CliError, Context};
use crate::report;
use crate::tree::gc;

/// Remove the published trees that no server and no build needs any more.
#[derive(Debug, Args)]
pub(super) struct Gc {
    /// Print what was removed as JSON.
    #[arg(long)]
    json: bool,
}

impl Gc {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let collected = gc::collect(&context.root, &context.systemd)?;
        if self.json {
            return print_json(&collected);
        }
        for tree in &collected.removed {
            report::line(&format!("removed {tree}"));
        }
        report::line(&format!("{} trees removed, {} bytes freed", collected.removed.len(), collected.freed_bytes));
        Ok(())
    }
}
