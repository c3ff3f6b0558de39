use std::fmt::Display;
use std::time::Duration;

use axum::Form;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::entry::{Entry, KEPT, SHOWN, cut};
use super::show::{Asks, ConsolePage};
use crate::command::danger::{Aliases, aliases};
use crate::command::{Danger, NoReply, Running, secrets};
use crate::db;
use crate::game::{Command, RconError};
use crate::pages::fields::{Fields, Sent};
use crate::pages::servers::At;
use crate::pages::{PageError, PageResult, go};

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the game may take to tell its aliases.
const ALIASES: Duration = Duration::from_secs(5);

/// Why a command of before is not sent as it stands there.
const MASKED: &str = "“***” stands where a password was that is not kept. Write the password in its place";

/// Runs a command, once it is agreed to where that is asked.
pub async fn run_command(at: At, Form(sent): Form<Sent>) -> PageResult {
    at.state.controls.rate.count(at.user.id).map_err(|many| PageError::TooMany(many.sentence()))?;
    let (fields, id) = (Fields(&sent), at.server.id);
    let typed = fields.get("command");
    let command = match Command::parse(typed) {
        Ok(command) => command,
        Err(error) => return refuse(at, typed, error).await,
    };
    if secrets::masked(command.as_str()).is_some() {
        return refuse(at, typed, MASKED).await;
    }
    let running = Running::of(&at.state.db, id).await;
    let running = match running {
        Ok(running) => running,
        Err(error) => return Err(PageError::Conflict(error.sentence(&at.server.name))),
    };
    if fields.get("sure") != command.as_str()
        && let Some(danger) = danger(&at, &running, &command).await
    {
        return ask(at, &command, &danger).await;
    }
    let reply = at.state.controls.consoles.run_on(id, &running, &command, PATIENCE).await;
    let line = secrets::in_command(command.as_str());
    let hidden = [running.secret(), at.server.rcon_password.as_str()];
    let (reply, failed) = match reply {
        Ok(bytes) => (secrets::in_reply(&String::from_utf8_lossy(&bytes), &hidden), false),
        Err(error) => (error.sentence(&at.server.name), true),
    };
    let now = at.state.clock.now();
    let mut said =
        db::command_history::insert(&at.state.db, id, at.user.id, &line, &cut(&reply, KEPT), failed, now).await?;
    tracing::info!(server = %id, user = %at.user.name, command = line, "a command was given to a console");
    at.state.play.look_now(id);
    if at.shell.fragment {
        said.reply = cut(&reply, SHOWN);
        return Ok(Entry::of(&said).into_response());
    }
    Ok(go(&at.shell, &format!("/servers/{id}/console#command")))
}

/// What is asked about first. The aliases of the game are looked at each time: it looks for them before it looks for its own commands, and any plug-in,
/// config or person may have made one since.
async fn danger(at: &At, running: &Running, command: &Command) -> Option<Danger> {
    let danger = Danger::of(command.as_str(), &Aliases::new());
    if danger.is_some() {
        return danger;
    }
    let ask = Command::parse("alias").ok()?;
    match at.state.controls.consoles.run_on(at.server.id, running, &ask, ALIASES).await {
        Ok(reply) => Danger::of(command.as_str(), &aliases(&String::from_utf8_lossy(&reply))),
        // It lets nobody in, so that the command reaches it no more than this did, and says why.
        Err(NoReply::Rcon(
            RconError::Unreachable(_) | RconError::Stranger | RconError::Refused | RconError::Banned,
        )) => None,
        Err(_) => Some(Danger::Hides(command.as_str().to_owned())),
    }
}

async fn ask(at: At, command: &Command, danger: &Danger) -> PageResult {
    let asks = Asks::new(&at, command.as_str(), danger);
    if at.shell.fragment {
        return Ok(([("hx-retarget", "#console-ask"), ("hx-reswap", "innerHTML")], asks).into_response());
    }
    let mut page = ConsolePage::load(at).await?;
    command.as_str().clone_into(&mut page.command);
    page.asks = Some(asks);
    Ok(page.into_response())
}

async fn refuse(at: At, typed: &str, error: impl Display) -> PageResult {
    let sentence = format!("Nothing was sent: {error}.");
    if at.shell.fragment {
        return Err(PageError::Unprocessable(sentence));
    }
    let mut page = ConsolePage::load(at).await?;
    page.command = typed.chars().filter(|letter| !letter.is_control()).take(511).collect();
    page.error = Some(sentence);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
