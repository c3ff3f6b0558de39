//! `players …`: puts people on the server.

use std::time::Duration;

use crate::engine::Effect;
use crate::game::Game;
use crate::players;
use crate::tokens::Command;

/// Names are cut here, as the engine does it.
const LONGEST_NAME: usize = 127;

/// Runs `players N`, `players add …` and so on; alone it says how many there are.
pub(crate) fn run(game: &mut Game, command: &Command) -> Effect {
    let free = usize::from(game.arguments.max_players).saturating_sub(game.players.humans());
    match (command.word(0), command.word(1)) {
        ("add", "") => game.print("Usage: players add \"NAME\" [STEAM_1:Y:Z [loading]]"),
        ("add", _) if free == 0 => game.print("The server is full"),
        ("add", name) => add(game, unescape(name), command.word(2), command.word(3) == "loading"),
        ("loaded", who) => {
            if !who.parse().is_ok_and(|who| game.players.set_loading(who, false)) {
                game.print(format!("Nobody here is {who}"));
            }
        }
        ("leave", "") => game.print("Usage: players leave USERID"),
        ("leave", who) => {
            for player in game.players.remove(|player| player.user_id.to_string() == who) {
                game.record(&format!("Dropped \"{}\" from server (Disconnect by user.)", player.shown()));
            }
        }
        ("say", who) => say(game, who, &unescape(command.word(2))),
        ("bots", number) => match number.parse::<usize>() {
            Ok(number) if number <= 32 => game.players.set_bots(number),
            _ => game.print("Usage: players bots 0..32"),
        },
        ("clear", _) => game.players.clear(),
        ("age", seconds) => match seconds.parse() {
            Ok(seconds) => game.players.age(Duration::from_secs(seconds)),
            Err(_) => game.print("Usage: players age SECONDS"),
        },
        (number, _) => match number.parse::<usize>() {
            Ok(wanted) => {
                let most = usize::from(game.arguments.max_players);
                game.players.set_humans(wanted.min(most));
            }
            Err(_) => game.print("Usage: players N | add \"NAME\" [ID [loading]] | loaded USERID | leave USERID | say USERID \"TEXT\" | bots N | age SECONDS | clear"),
        },
    }
    let (humans, bots) = (game.players.humans(), game.players.bots());
    game.print(format!("{humans} humans, {bots} bots"));
    if humans > 0 && game.players.arrivals > 1 && game.variables.number("standin_crash_on_second_join") != 0.0 {
        return Effect::Crash;
    }
    Effect::Nothing
}

/// Somebody comes, unless he is banned.
fn add(game: &mut Game, name: Vec<u8>, id: &str, loading: bool) {
    let account = players::account(id);
    let banned = account.is_some_and(|account| game.banned.iter().any(|ban| ban.is_of(account) && ban.holds()));
    if banned {
        game.print(format!("{id} is banned from this server"));
        return;
    }
    let player = game.players.join(name, account);
    let (user_id, line) = (player.user_id, format!("Client \"{}\" connected ({}).", player.shown(), player.address()));
    game.players.set_loading(user_id, loading);
    game.record(&line);
}

/// As the log has it.
fn say(game: &mut Game, who: &str, text: &[u8]) {
    let Some(player) = game.players.all().iter().find(|player| player.user_id.to_string() == who) else {
        game.print(format!("Nobody here is {who}"));
        return;
    };
    let (name, id, text) = (player.shown(), player.unique_id(), String::from_utf8_lossy(text));
    let line = format!("\"{name}<{who}><{id}><Survivor>\" say \"{text}\"");
    game.record(&line);
}

/// `\xNN` is a byte; NUL would end the name.
fn unescape(text: &str) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let byte =
            rest.strip_prefix(b"\\x").and_then(|digits| digits.first_chunk::<2>().copied()).and_then(hexadecimal);
        let (byte, after) = byte.map_or((first, after), |byte| (byte, &rest[4..]));
        if byte != 0 {
            name.push(byte);
        }
        rest = after;
    }
    name.truncate(LONGEST_NAME);
    name
}

fn hexadecimal(digits: [u8; 2]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
}
