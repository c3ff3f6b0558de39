//! `l4d2ctl overlay`

use clap::{Args, Subcommand};

use super::files::What;
use super::{CliError, Context};
use crate::files::Stack;
use crate::name::OverlayRef;

/// Work with overlays.
#[derive(Debug, Args)]
pub(super) struct Overlay {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what files an overlay has.
    Files {
        /// The overlay, as a spec names it.
        #[arg(value_parser = OverlayRef::parse)]
        reference: OverlayRef,
        #[command(flatten)]
        what: What,
    },
}

impl Overlay {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        match self.verb {
            Verb::Files { reference, what } => what.show(|| Ok(Stack::of_overlay(&context.root, &reference)?)),
        }
    }
}
