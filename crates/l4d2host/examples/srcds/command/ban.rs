//! Kicks and bans.

use std::fs;

use crate::game::Game;
use crate::players::Player;
use crate::tokens::Command;

/// `kick NAME`, `kickid USERID|STEAMID [reason]`.
pub(crate) fn kick(game: &mut Game, verb: &str, command: &Command) {
    let who = command.word(0).trim_start_matches('#');
    if who.is_empty() {
        game.print(format!("Usage:  {verb} < name | userid >"));
        return;
    }
    let by_name = verb == "kick";
    let name = command.rest.as_bytes();
    let gone = game
        .players
        .remove(|player| if by_name { player.name == name || player.name == who.as_bytes() } else { is(player, who) });
    if gone.is_empty() {
        game.print(format!("{verb}: user \"{who}\" not found"));
    }
    for player in gone {
        let name = String::from_utf8_lossy(&player.name).into_owned();
        game.record(&format!("Dropped \"{name}\" from server (Kicked by Console)"));
    }
}

fn is(player: &Player, who: &str) -> bool {
    player.user_id.to_string() == who || player.unique_id() == who
}

/// `banid MINUTES USERID|STEAMID [kick]`.
pub(crate) fn ban(game: &mut Game, command: &Command) {
    let (minutes, who) = (command.word(0), command.word(1).trim_start_matches('#'));
    if minutes.parse::<f64>().is_err() || who.is_empty() {
        game.print("Usage:  banid < minutes > < userid | uniqueid > { kick }");
        return;
    }
    let known = game.players.all().iter().find(|player| is(player, who)).map(Player::unique_id);
    let id = known.unwrap_or_else(|| who.to_owned());
    if command.word(2) == "kick" {
        game.players.remove(|player| player.unique_id() == id);
    }
    game.record(&format!("Added {id} to the ban list for {minutes} minutes"));
    game.banned.retain(|banned| *banned != id);
    game.banned.push(id);
}

/// `removeid STEAMID`.
pub(crate) fn lift(game: &mut Game, who: &str) {
    let before = game.banned.len();
    game.banned.retain(|banned| banned != who);
    let known = game.banned.len() < before;
    game.print(if known {
        format!("removeid: filter removed for {who}")
    } else {
        format!("removeid: couldn't find {who}")
    });
}

/// `listid`.
pub(crate) fn list(game: &mut Game) {
    game.print(format!("ID filter list: {} entries", game.banned.len()));
    for (number, id) in game.banned.clone().iter().enumerate() {
        game.print(format!("{} {id} : permanent", number + 1));
    }
}

/// `writeid`: the server writes into its own cfg directory.
pub(crate) fn write(game: &mut Game) {
    let lines: Vec<String> = game.banned.iter().map(|id| format!("banid 0 {id}\n")).collect();
    let path = game.directory.join("cfg/banned_user.cfg");
    if let Err(error) = fs::write(&path, lines.concat()) {
        game.print(format!("Couldn't open {}: {error}", path.display()));
    }
}
