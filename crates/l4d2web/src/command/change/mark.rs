//! A mark that a game loses when it loads a map.

use super::game::Game;
use crate::command::NoReply;
use crate::command::words::plain;
use crate::game::{Command, Variable};

/// A blank at the end of the server's name, which nobody sees: `server.cfg` sets the name when a map begins, so that the blank is gone when the map has
/// been loaded anew.
pub(super) struct Mark {
    /// The name as it was.
    pub(super) before: String,
    marked: String,
}

impl Mark {
    /// None when the game does not let itself be marked.
    pub(super) async fn set(game: &Game<'_>) -> Result<Option<Self>, NoReply> {
        let Some(before) = Self::name(game).await? else { return Ok(None) };
        if before.chars().any(|letter| letter.is_control() || letter == '\u{fffd}') {
            // It would not come back as it was.
            return Ok(None);
        }
        let mark = Self { marked: format!("{before} "), before };
        let Ok(order) = Command::with("hostname", &[&mark.marked]) else { return Ok(None) };
        game.ask(&Ok(order)).await?;
        // A plug-in may keep the name.
        let marked = Self::name(game).await?.as_ref() == Some(&mark.marked);
        Ok(marked.then_some(mark))
    }

    /// Whether the name is another.
    pub(super) async fn is_gone(&self, game: &Game<'_>) -> Result<bool, NoReply> {
        Ok(Self::name(game).await?.is_some_and(|name| name != self.marked))
    }

    async fn name(game: &Game<'_>) -> Result<Option<String>, NoReply> {
        let reply = game.ask(&plain("hostname")).await?;
        Ok(Variable::read(&reply, "hostname").ok().map(|variable| variable.value))
    }
}
