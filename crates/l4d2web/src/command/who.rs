use std::fmt;

use crate::game::{Player, SteamId};

/// Somebody on a server, never by a name: names are foreign, and two may have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// By the account.
    Account(SteamId),
    /// By the number that the server gave to somebody who has no account: a bot, or one whom Steam does not know yet.
    Number(u32),
}

impl Who {
    /// Reads the part of an address: 17 figures, or `n` and the number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_prefix('n') {
            let plain = number.bytes().all(|byte| byte.is_ascii_digit());
            return number.parse().ok().filter(|_| plain).map(Self::Number);
        }
        SteamId::from_u64(text.parse().ok()?).filter(|id| id.to_u64().to_string() == text).map(Self::Account)
    }

    /// Who a player is.
    #[must_use]
    pub fn of(player: &Player) -> Self {
        player.steam_id().map_or(Self::Number(player.userid), Self::Account)
    }

    /// Whether that is a player.
    #[must_use]
    pub fn is(self, player: &Player) -> bool {
        Self::of(player) == self
    }
}

/// As it stands in addresses.
impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.to_u64().fmt(f),
            Self::Number(number) => write!(f, "n{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_somebody_is_stands_in_addresses() {
        for text in ["76561198030413993", "n7"] {
            assert_eq!(Who::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "n", "n-1", "n+1", "7", "07656119803041399", "76561198030413993x", "Mal", "../1"] {
            assert_eq!(Who::parse(text), None, "{text}");
        }
    }
}
