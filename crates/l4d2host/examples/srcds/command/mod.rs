//! The console's commands: finds out what a line means, and does it.

pub(crate) mod ban;
mod population;
mod status;
mod variable;

use crate::engine::Effect;
use crate::game::Game;
use crate::tokens::{self, Command};

/// Runs after the cfg file of a map: the server answers from here on.
pub(crate) const READY: &str = "standin_ready";

/// What `cmdlist` lists: `name|help`.
const COMMANDS: &str = include_str!("../commands.txt");

/// Runs one command of the buffer.
pub(crate) fn run(game: &mut Game, text: &str, depth: u32) -> Effect {
    let Some(command) = Command::parse(text) else { return Effect::Nothing };
    let name = command.name.to_lowercase();
    if let Some(body) = game.aliases.get(&name).cloned() {
        game.insert(depth + 1, tokens::split_line(&body));
        return Effect::Nothing;
    }
    match name.as_str() {
        "quit" | "exit" => return Effect::Quit,
        "crash" => return Effect::Crash,
        "freeze" => return Effect::Freeze,
        "map" | "changelevel" | "changelevel2" => return change_map(game, &command),
        "player" | "players" => return population::run(game, &command),
        READY => ready(game),
        "exec" if command.words.is_empty() => game.print("exec <filename>: execute a script file"),
        "exec" => game.exec(command.word(0), depth),
        "alias" => alias(game, &command),
        "echo" => game.print(command.words.join(" ")),
        "say" => say(game, &command.rest),
        "status" => status::status(game),
        "stats" => status::stats(game),
        "users" => status::users(game),
        "version" => status::version(game),
        "ping" => game.print("Client ping times:"),
        "maps" => maps(game, command.word(0)),
        "kick" | "kickid" => ban::kick(game, &name, &command),
        "banid" => ban::ban(game, &command),
        "addip" | "banip" => ban::ban_address(game, &command),
        "removeid" | "removeip" => ban::lift(game, &name, command.word(0)),
        "listid" | "listip" => ban::list(game, &name),
        "writeid" | "writeip" => ban::write(game, &name),
        "log" => game.set_log(matches!(command.word(0), "on" | "1")),
        "reserve" => game.reserved = Some(command.word(0).to_owned()).filter(|cookie| cookie != "none"),
        "spam" => spam(game, command.word(0)),
        "cvarlist" => variable::list(game, command.word(0)),
        "find" => variable::find(game, command.word(0)),
        "help" => variable::help(game, command.word(0)),
        "cmdlist" => list(game),
        "heartbeat" | "wait" | "stuffcmds" | "clear" => {}
        "sm_cvar" if game.directory.join("addons/sourcemod").is_dir() => variable::force(game, &command),
        // Known, and of no consequence here.
        _ if commands().any(|(known, _)| known == name) => {}
        _ => variable::run(game, &command),
    }
    Effect::Nothing
}

fn ready(game: &mut Game) {
    let first = !std::mem::replace(&mut game.announced, true);
    game.answering = true;
    if !first {
        return;
    }
    if game.on_steam {
        game.record("Connection to Steam servers successful.");
        if game.secure() {
            game.record("   VAC secure mode is activated.");
        } else {
            game.record("   sv_lan is set: the server is not listed and not secured.");
        }
    } else {
        game.record("Could not establish connection to Steam servers.");
    }
}

fn change_map(game: &mut Game, command: &Command) -> Effect {
    let map = command.word(0).to_lowercase();
    if map.is_empty() {
        game.print(format!("Usage:\n   {} <mapname>", command.name));
    } else if command.name.eq_ignore_ascii_case("changelevel") && game.map.is_none() {
        game.print("Can't changelevel, not running server");
    } else if game.maps.has(&map) {
        if game.variables.number("standin_ignore_map") == 0.0 {
            return Effect::ChangeMap(map);
        }
    } else {
        game.print(format!("CModelLoader::Map_IsValid: No such map 'maps/{map}.bsp'"));
        game.print(format!("{} failed: {map} not found or invalid", command.name));
    }
    Effect::Nothing
}

fn alias(game: &mut Game, command: &Command) {
    let Some(name) = command.words.first() else {
        let mut lines: Vec<String> = game.aliases.iter().map(|(name, body)| format!("{name} : {body}")).collect();
        lines.sort();
        game.print_all(lines);
        return;
    };
    game.aliases.insert(name.to_lowercase(), command.words[1..].join(" "));
}

fn spam(game: &mut Game, lines: &str) {
    for number in 1..=lines.parse::<u64>().unwrap_or(0) {
        game.record(&format!("spam {number}"));
    }
}

fn say(game: &mut Game, text: &str) {
    let line = format!("Console: {text}");
    game.record(&line);
    // Whoever gave the command over RCON reads it, too.
    if game.capture.is_some() {
        game.print(line);
    }
}

fn maps(game: &mut Game, pattern: &str) {
    if pattern.is_empty() {
        game.print("Usage:  maps <substring>\nmaps * for full listing");
        return;
    }
    let found: Vec<String> = game.maps.like(pattern).iter().map(|map| format!("PENDING:   (fs) {map}.bsp")).collect();
    game.print("-------------");
    game.print_all(found);
}

fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.lines().filter_map(|line| line.split_once('|'))
}

fn list(game: &mut Game) {
    game.print("command list\n--------------");
    for (name, help) in commands() {
        game.print(format!("{name:<40} : cmd      :                  : {help}"));
    }
    game.print(format!("--------------\n{:>3} total commands", commands().count()));
}
