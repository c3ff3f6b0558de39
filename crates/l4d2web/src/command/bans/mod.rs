//! Who may not come to a server. The game keeps bans for good in `cfg/banned_user.cfg`, which the generated `server.cfg` runs, and forgets those for a
//! time when it ends; the panel keeps all that were made here. What a game has not been told, or the process of it that runs now has not, it is told when
//! it answers ([`keep`]), one teller at a time ([`Tellers`]), and it counts as told when it has been read back ([`tell`]).

mod keep;
mod listed;
mod orders;
mod out;
mod tell;
mod tellers;

pub use keep::keep;
pub use listed::{InGame, ListError, in_game, parse};
pub use orders::{due, holds};
pub use out::throw_out;
pub use tell::{Told, Which, tell};
pub use tellers::{Pace, Tellers};

pub(super) use out::{kick, players};
pub(super) use tellers::Want;

use super::NoReply;
use super::words::plain;
use crate::id::ServerId;
use crate::state::AppState;

/// Runs a line of ours on a server.
async fn run(state: &AppState, server: ServerId, line: &str) -> Result<Vec<u8>, NoReply> {
    // Numbers and accounts make short lines.
    let Ok(command) = plain(line) else { return Ok(Vec::new()) };
    state.controls.consoles.run(server, &command, state.controls.tellers.pace().reply).await
}
