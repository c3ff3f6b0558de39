//! A line about a player.

use crate::game::{PlayerName, SteamId};

/// Who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A person, by the account.
    Steam(SteamId),
    /// A player of the game's own.
    Bot,
    /// A person whose account is not known, or not yet.
    Unknown,
}

/// Somebody who is on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// The number under which the server knows the connection: for `kickid` and `banid`.
    pub userid: u32,
    /// The place on the server, where it says it.
    pub slot: Option<u32>,
    /// What the player chose to be called.
    pub name: PlayerName,
    /// Who it is.
    pub identity: Identity,
    /// Seconds since the connection was made. 0 for bots.
    pub connected: u32,
    /// Milliseconds. 0 for bots.
    pub ping: u32,
    /// Packets that were lost, in percent. 0 for bots.
    pub loss: u32,
    /// `active`, `spawning`, `connecting` and so on.
    pub state: String,
    /// Bytes a second that the connection takes.
    pub rate: Option<u32>,
    /// Whence the player plays.
    pub address: Option<String>,
}

impl Player {
    /// The account, of a person whose it is known.
    #[must_use]
    pub fn steam_id(&self) -> Option<SteamId> {
        match self.identity {
            Identity::Steam(id) => Some(id),
            Identity::Bot | Identity::Unknown => None,
        }
    }

    /// Whether it is one of the game's own players.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.identity == Identity::Bot
    }
}
