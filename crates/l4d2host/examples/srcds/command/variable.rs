//! Everything that is not a command: a variable is shown or set.

use crate::game::Game;
use crate::tokens::Command;
use crate::variables::Variable;

/// Shows a variable, sets it, or says that the name is unknown.
pub(crate) fn run(game: &mut Game, command: &Command) {
    let cheats = game.variables.number("sv_cheats") != 0.0;
    let shown = match game.variables.get(&command.name) {
        Some(variable) if !variable.has('h') => {
            Some((variable.describe(), variable.name.clone(), variable.has('c') && !cheats))
        }
        _ => None,
    };
    match shown {
        Some((description, _, _)) if command.words.is_empty() => game.print(description),
        Some((_, name, true)) => {
            game.print(format!(
                "Can't use cheat cvar {name} in multiplayer, unless the server has sv_cheats set to 1."
            ));
        }
        Some((_, name, false)) => set(game, &name, &command.rest),
        None if command.words.is_empty() || !may_be_made(&command.name) => {
            game.print(format!("Unknown command \"{}\"", command.name));
        }
        None => game.variables.set(&command.name, &command.rest),
    }
}

/// The real one knows some 2,000 variables and this one a hundred: a plausible name is taken for one of the others.
fn may_be_made(name: &str) -> bool {
    let foreign = ["sm_", "meta_", "l4d_", "confogl_"];
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && name.contains('_') && !foreign.iter().any(|prefix| name.starts_with(prefix))
}

fn set(game: &mut Game, name: &str, value: &str) {
    if game.variables.value("standin_keep").eq_ignore_ascii_case(name) {
        return;
    }
    let notify = game.variables.get(name).is_some_and(|variable| variable.has('n') && variable.value != value);
    game.variables.set(name, value);
    if notify && game.map.is_some() {
        let shown = game.variables.get(name).map_or(value, Variable::public_value).to_owned();
        game.record(&format!("server_cvar: \"{name}\" \"{shown}\""));
    }
}

/// `sm_cvar NAME VALUE`: no protection holds against `SourceMod`.
pub(crate) fn force(game: &mut Game, command: &Command) {
    let (name, value) = (command.word(0), command.word(1));
    if game.variables.get(name).is_none() {
        game.print(format!("[SM] Unable to find cvar: {name}"));
    } else {
        game.variables.set(name, value);
        game.print(format!("[SM] Changed cvar \"{name}\" to \"{value}\"."));
    }
}

/// `cvarlist [PREFIX]`.
pub(crate) fn list(game: &mut Game, prefix: &str) {
    game.print("cvar list\n--------------");
    let lines: Vec<String> = game
        .variables
        .all()
        .filter(|variable| !variable.has('h') && variable.name.starts_with(prefix))
        .map(row)
        .collect();
    let number = lines.len();
    game.print_all(lines);
    game.print(format!("--------------\n{number:>3} total convars/concommands"));
}

fn row(variable: &Variable) -> String {
    let value = if variable.has('p') { "***PROTECTED***" } else { &variable.value };
    let flags: Vec<&str> = [('c', ", \"cheat\""), ('n', ", \"nf\""), ('r', ", \"rep\"")]
        .into_iter()
        .filter_map(|(flag, text)| variable.has(flag).then_some(text))
        .collect();
    format!("{:<40} : {value:<8} : {:<16} : {}", variable.name, flags.concat(), variable.help)
}

/// `find TEXT`.
pub(crate) fn find(game: &mut Game, text: &str) {
    let fits = |variable: &&Variable| variable.name.contains(text) || variable.help.contains(text);
    let found: Vec<String> =
        game.variables.all().filter(fits).filter(|variable| !variable.has('h')).map(Variable::describe).collect();
    game.print_all(found);
}

/// `help NAME`.
pub(crate) fn help(game: &mut Game, name: &str) {
    let description = game.variables.get(name).map(Variable::describe);
    game.print(description.unwrap_or_else(|| format!("help:  no cvar or command named {name}")));
}
