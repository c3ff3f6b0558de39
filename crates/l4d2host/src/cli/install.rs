//! `l4d2ctl install`

use clap::Args;

use super::{CliError, Context};
use crate::install::{self, run::Host};

/// Install the game with steamcmd, or update it; servers that run keep what they have.
#[derive(Debug, Args)]
pub(super) struct Install {}

impl Install {
    #[expect(clippy::unused_self, reason = "every verb is called alike")]
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        Ok(install::install(&context.root, &context.systemd, &Host::new(&context.root))?)
    }
}
