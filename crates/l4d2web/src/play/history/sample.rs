/// A stretch of time in which a server was seen: a row of `server_samples`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// From when, Unix seconds.
    pub from: i64,
    /// Until when; more than `from`.
    pub to: i64,
    /// The map; of a thinned one the one that was on longest.
    pub map: String,
    /// The mode as the console calls it, likewise; empty when it was not known.
    pub mode: String,
    /// People, without bots; of a thinned one the most.
    pub players: i64,
    /// The rest.
    pub figures: Figures,
}

/// How a server got on: means over a stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Frames a second.
    pub fps: Option<i64>,
    /// Percent of one core.
    pub cpu: Option<i64>,
    /// MB.
    pub memory: Option<i64>,
}

impl Sample {
    /// How long it lasts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.to - self.from
    }

    /// Whether `next` goes on where this ends, after a gap of `gap` seconds at most.
    #[must_use]
    pub fn meets(&self, next: &Self, gap: i64) -> bool {
        next.from >= self.to && next.from - self.to <= gap
    }

    /// Whether both say the same, times left aside.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        (self.players, self.figures, &self.map, &self.mode) == (other.players, other.figures, &other.map, &other.mode)
    }
}
