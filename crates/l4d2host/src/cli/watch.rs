//! `l4d2ctl watch`

use clap::Args;

use super::{CliError, Context};
use crate::state;

/// Print a line of JSON for each start and end of a unit of ours, first those that are recorded already.
///
/// A line has the unit, the server's name (null for an install or a build), and how it last started and ended:
/// `started_at`, `ended_at` (seconds since 1970), `result`, `exit_kind`, `exit_status`. The unit is on its way then: `status`
/// says `starting` or `stopping` until it is there, so look again. Ends when nobody reads its output.
#[derive(Debug, Args)]
pub(super) struct Watch {}

impl Watch {
    #[expect(clippy::unused_self, reason = "every verb is run alike")]
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        Ok(state::watch(&context.root, &mut std::io::stdout().lock())?)
    }
}
