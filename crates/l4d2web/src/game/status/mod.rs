//! `status`: who is on a server, and what it plays.

mod error;
mod head;
mod player;
mod rows;
#[cfg(test)]
mod tests;

pub use error::StatusError;
pub use player::{Identity, Player};

use super::text;

/// What `status` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The name of the server.
    pub hostname: String,
    /// The version of the game, such as `2.2.4.3`.
    pub version: String,
    /// Whether VAC secures it.
    pub secure: bool,
    /// The address that it says it has.
    pub address: Option<String>,
    /// The map; none while there is none.
    pub map: Option<String>,
    /// How many people are on it.
    pub humans: u32,
    /// How many of the game's own players.
    pub bots: u32,
    /// How many people there can be; 0 when it does not say.
    pub max: u32,
    /// Whether it is empty and asleep.
    pub hibernating: bool,
    /// The cookie of the lobby that holds it.
    pub reserved: Option<String>,
    /// Everybody who has a line, people and bots.
    pub players: Vec<Player>,
}

impl Status {
    /// Reads the reply to `status`. Lines before it are passed over.
    ///
    /// # Errors
    ///
    /// When it has no line about the name or the players, or a number in it makes no sense: then it is another kind of server.
    pub fn parse(reply: &[u8]) -> Result<Self, StatusError> {
        let (head, table) = split(reply);
        let head = head::Head::parse(head)?;
        Ok(head.with(rows::parse(table)))
    }

    /// The same of a reply that must be whole: for who goes by whom it does *not* list.
    ///
    /// # Errors
    ///
    /// Also when its last line is missing, and it lists fewer than it counts.
    pub fn parse_whole(reply: &[u8]) -> Result<Self, StatusError> {
        let status = Self::parse(reply)?;
        let end = text::lines(reply).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).last();
        let counted = u64::from(status.humans) + u64::from(status.bots);
        if end != Some(b"#end") && (status.players.len() as u64) < counted {
            return Err(StatusError::Cut);
        }
        Ok(status)
    }
}

/// What stands before the table of players, and the table without its first line. Only a player can write lines that look like another's, and
/// players come after it.
fn split(reply: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in reply.split_inclusive(|byte| *byte == b'\n') {
        if line.strip_prefix(b"#").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"userid")) {
            return (&reply[..at], &reply[at + line.len()..]);
        }
        at += line.len();
    }
    (reply, b"")
}
