//! Throwing out who is banned and on the server all the same.

use std::collections::HashMap;

use super::run;
use crate::command::NoReply;
use crate::db;
use crate::game::{Command, Player, Status};
use crate::id::ServerId;
use crate::state::AppState;

/// Throws out all whom `status` lists and who are banned here; how many there were. `banid … kick` passes over those who still load, and a ban is looked
/// at when somebody comes, so that they would stay.
///
/// # Errors
///
/// When the game does not answer.
pub async fn throw_out(state: &AppState, server: ServerId) -> Result<usize, NoReply> {
    let bans = db::bans::of(&state.db, server, state.clock.now()).await?;
    let banned: HashMap<i64, String> =
        bans.into_iter().filter(|ban| !ban.lifted).map(|ban| (ban.steam_id, ban.reason)).collect();
    if banned.is_empty() {
        return Ok(0);
    }
    let mut out = 0;
    for player in players(&run(state, server, "status").await?)?.into_iter().take(PLAYERS_MOST) {
        let Some(reason) = player.steam_id().and_then(|id| banned.get(&id.to_i64())) else { continue };
        let Some(command) = kick(player.userid, reason) else { continue };
        state.controls.consoles.run(server, &command, state.controls.tellers.pace().reply).await?;
        out += 1;
    }
    Ok(out)
}

/// So many players of a `status` are looked at: no game has more, and one that says so must not hold others up.
const PLAYERS_MOST: usize = 128;

/// All who are on a server, in what it answers to `status`.
///
/// # Errors
///
/// When it is no whole `status`: who is not in it must not count as gone.
pub(in crate::command) fn players(reply: &[u8]) -> Result<Vec<Player>, NoReply> {
    Ok(Status::parse_whole(reply).map_err(|_| NoReply::Odd("status"))?.players)
}

/// Kicks by the number that the game gave, with a reason for them to read.
pub(in crate::command) fn kick(userid: u32, reason: &str) -> Option<Command> {
    let number = userid.to_string();
    Command::with("kickid", &if reason.is_empty() { vec![number.as_str()] } else { vec![number.as_str(), reason] }).ok()
}
