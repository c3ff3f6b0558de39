use std::sync::Arc;
use std::time::Duration;

use crate::game::{Difficulty, Mode, Place, Player, Stats, Status, SteamId};

/// A server as it was seen in the game.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// When, Unix seconds.
    pub at: i64,
    /// How long its console took to answer.
    pub took: Duration,
    /// What it said of itself. Its players are in `people`.
    pub status: Status,
    /// Who is on it, in its order.
    pub people: Vec<Here>,
    /// Where in a campaign its map is; none for a map of no campaign that is known.
    pub place: Option<Place>,
    /// What is played; none when it did not say.
    pub mode: Option<Mode>,
    /// How hard it is; none when it did not say.
    pub difficulty: Option<Difficulty>,
    /// How it gets on; none when it did not say.
    pub stats: Option<Stats>,
    /// Share of one core, in percent, as the kernel counts it; none when it does not.
    pub cpu: Option<f64>,
    /// Bytes of memory, likewise.
    pub memory: Option<u64>,
    /// Bytes that it may have; none when there is no limit, or it is not known.
    pub memory_max: Option<u64>,
}

/// Somebody who is on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// What the server says of them.
    pub player: Player,
    /// Since when, Unix seconds: the same as long as they stay.
    pub joined: i64,
}

/// Why nothing is seen of a server that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unseen {
    /// It was not asked yet.
    NotYet,
    /// It has no console yet: it loads, or was told to have none.
    Loading,
    /// It does not answer.
    Silent,
    /// It closes each connection at once: it ends, or has banned this machine.
    Closed,
    /// Its port is another program's, which was not shown the password.
    Stranger,
    /// Its console has another password than it was started with.
    Locked,
    /// What it says is not understood.
    Odd,
    /// It is not known what it was started with.
    Unknown,
}

/// What is known of a server that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// What was seen last; none when that is too old to be shown.
    pub seen: Option<Arc<Seen>>,
    /// Why nothing is seen now, and since when (Unix seconds). With `seen` there is one, too, when it has not answered for a while, which it
    /// need not while it changes its map.
    pub unseen: Option<(Unseen, i64)>,
}

impl Seen {
    /// People on it, without bots.
    #[must_use]
    pub fn humans(&self) -> u32 {
        self.status.humans
    }

    /// The name of its map; none while it has none.
    #[must_use]
    pub fn map(&self) -> Option<&str> {
        self.status.map.as_deref()
    }

    /// The accounts of those who are on it.
    pub fn ids(&self) -> impl Iterator<Item = SteamId> {
        self.people.iter().filter_map(|here| here.player.steam_id())
    }

    /// Whether lists and heads of pages show the same of both.
    pub(super) fn is_listed_like(&self, other: &Self) -> bool {
        let listed = |seen: &Self| {
            let status = &seen.status;
            let state = (status.hibernating, status.reserved.is_some(), status.secure);
            let people = (status.humans, status.bots, status.max);
            (
                people,
                state,
                status.map.clone(),
                status.version.clone(),
                seen.mode.clone(),
                seen.difficulty,
                seen.place.clone(),
            )
        };
        listed(self) == listed(other)
    }

    /// Whether its page shows the same of both.
    pub(super) fn is_shown_like(&self, other: &Self) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "figures of a page")]
        let rounded = |value: f64| (value * 10.0).clamp(0.0, 1e9) as i64;
        let figures = |seen: &Self| {
            let fps = seen.stats.map(|stats| rounded(stats.fps));
            (fps, seen.cpu.map(|cpu| rounded(cpu) / 10), seen.memory.map(|bytes| bytes / 1_000_000), seen.memory_max)
        };
        figures(self) == figures(other) && self.people == other.people
    }
}

impl Unseen {
    /// What follows the name of a server in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotYet => "is looked at for the first time",
            Self::Loading => "loads, and has no console yet",
            Self::Silent => "does not answer",
            Self::Closed => "closes each connection to its console",
            Self::Stranger => {
                "does not have its port to itself: it is starting or ending, or another program has the port"
            }
            Self::Locked => "takes another RCON password than it was started with",
            Self::Odd => "gives answers that are not understood",
            Self::Unknown => "was started by somebody else, so that its RCON password is not known",
        }
    }

    /// The same in a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotYet | Self::Loading => "Loading",
            Self::Silent => "No answer",
            Self::Closed | Self::Stranger | Self::Locked | Self::Unknown => "No access",
            Self::Odd => "Not understood",
        }
    }
}
