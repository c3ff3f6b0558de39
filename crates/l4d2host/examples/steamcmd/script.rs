//! The command line of steamcmd: `+command argument…`, `+@variable value`.

use std::path::PathBuf;

use crate::tree::Platform;

/// One command of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// `+@ShutdownOnFailedCommand`.
    ShutdownOnFailure(bool),
    /// `+@sSteamCmdForcePlatformType`.
    Platform(Platform),
    /// Another variable: taken and without effect.
    Variable,
    ForceInstallDir(PathBuf),
    /// `+login`; the name only, a password is neither kept nor printed.
    Login(String),
    AppUpdate {
        app: String,
        validate: bool,
    },
    AppInfoUpdate,
    AppInfoPrint(String),
    Quit,
}

/// Parses the words after the program's name.
pub(crate) fn parse(words: &[String]) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let end = (at + 1..words.len()).find(|end| words[*end].starts_with('+')).unwrap_or(words.len());
        let group: Vec<&str> = words[at..end].iter().map(String::as_str).collect();
        commands.push(command(&group)?);
        at = end;
    }
    Ok(commands)
}

fn command(words: &[&str]) -> Result<Command, String> {
    Ok(match words {
        ["+@ShutdownOnFailedCommand", value] => Command::ShutdownOnFailure(*value != "0"),
        ["+@sSteamCmdForcePlatformType", value] => {
            let known = Platform::parse(value);
            Command::Platform(known.ok_or_else(|| format!("Unknown platform type '{value}'"))?)
        }
        [variable, _] if variable.starts_with("+@") => Command::Variable,
        ["+force_install_dir", directory] => Command::ForceInstallDir(PathBuf::from(directory)),
        ["+login", name, ..] => Command::Login((*name).to_owned()),
        ["+app_update", app, flags @ ..] => {
            Command::AppUpdate { app: (*app).to_owned(), validate: flags.contains(&"validate") }
        }
        ["+app_info_update", ..] => Command::AppInfoUpdate,
        ["+app_info_print", app] => Command::AppInfoPrint((*app).to_owned()),
        ["+quit" | "+exit"] => Command::Quit,
        _ => return Err(format!("Command not found: {}", words.join(" "))),
    })
}
