//! What a reader is shown of a server in the game: words and figures, from what was seen of it.

use crate::pages::kit::{count, foreign, size};
use crate::play::{Look, Seen, Unseen};

/// What is shown of a server in the game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// What was seen of it; none when nothing is.
    pub now: Option<Now>,
    /// Why nothing is seen now, and since when (Unix seconds).
    pub unseen: Option<(Unseen, i64)>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// The map in words: `Dark Carnival 2/5`, or its name.
    pub map: String,
    /// The title of the chapter, or nothing.
    pub chapter: String,
    /// People, without bots.
    pub players: u32,
    /// How many there may be.
    pub max: u32,
    /// Bots in words: `2 bots`, or nothing.
    pub bots: String,
    /// The mode in words, or nothing.
    pub mode: String,
    /// The difficulty, and whether it sleeps or is held, in words.
    pub how: String,
    /// The version of the game.
    pub version: String,
    /// How it gets on.
    pub figures: Shares,
}

/// How a server gets on, in words; what is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// `38 %`
    pub cpu: String,
    /// `412 MB`
    pub memory: String,
    /// `2 GB`
    pub memory_max: String,
    /// `30.3`
    pub fps: String,
}

impl Played {
    /// What is shown of this look.
    #[must_use]
    pub fn of(look: &Look) -> Self {
        Self { now: look.seen.as_deref().map(Now::of), unseen: look.unseen }
    }
}

impl Now {
    fn of(seen: &Seen) -> Self {
        let place = seen.place.as_ref();
        let map = place.map(ToString::to_string).or_else(|| seen.map().map(str::to_owned));
        let bots = usize::try_from(seen.status.bots).unwrap_or_default();
        Self {
            map: map.map_or_else(|| "No map".to_owned(), |map| foreign(&map)),
            chapter: place.map(|place| foreign(&place.chapter)).unwrap_or_default(),
            players: seen.status.humans,
            max: seen.status.max,
            bots: if bots == 0 { String::new() } else { count(bots, "bot", "bots") },
            mode: seen.mode.as_ref().map(ToString::to_string).unwrap_or_default(),
            how: how(seen),
            version: foreign(&seen.status.version),
            figures: Shares {
                cpu: seen.cpu.map(|cpu| format!("{cpu:.0} %")).unwrap_or_default(),
                memory: seen.memory.map(size).unwrap_or_default(),
                memory_max: seen.memory_max.map(size).unwrap_or_default(),
                fps: seen.stats.map(|stats| format!("{:.1}", stats.fps)).unwrap_or_default(),
            },
        }
    }

    /// `Versus, Expert, asleep`
    #[must_use]
    pub fn line(&self) -> String {
        let words = [self.mode.as_str(), self.how.as_str()];
        words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

fn how(seen: &Seen) -> String {
    let difficulty = seen.difficulty.map(|difficulty| difficulty.to_string());
    let asleep = seen.status.hibernating.then(|| "asleep".to_owned());
    let held = seen.status.reserved.is_some().then(|| "held by a lobby".to_owned());
    let open = (!seen.status.secure).then(|| "without VAC".to_owned());
    difficulty.into_iter().chain(asleep).chain(held).chain(open).collect::<Vec<_>>().join(", ")
}
