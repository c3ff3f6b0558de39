//! How hard the game is.

use std::fmt;

/// The values of `z_difficulty`. As text it is what the game calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difficulty {
    /// Easy.
    Easy,
    /// Normal.
    Normal,
    /// `Hard` in the console.
    Advanced,
    /// `Impossible` in the console.
    Expert,
}

impl Difficulty {
    /// All of them, the easiest first.
    pub const ALL: [Self; 4] = [Self::Easy, Self::Normal, Self::Advanced, Self::Expert];

    /// Reads a value of the console, in whatever case.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|difficulty| difficulty.value().eq_ignore_ascii_case(value.trim()))
    }

    /// What the console calls it.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::Easy => "Easy",
            Self::Normal => "Normal",
            Self::Advanced => "Hard",
            Self::Expert => "Impossible",
        }
    }

    /// What players call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Easy => "Easy",
            Self::Normal => "Normal",
            Self::Advanced => "Advanced",
            Self::Expert => "Expert",
        }
    }
}

impl fmt::Display for Difficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Easy", Some("Easy"))]
    #[case("normal", Some("Normal"))]
    #[case("Hard", Some("Advanced"))]
    #[case("IMPOSSIBLE", Some("Expert"))]
    #[case("Expert", None)]
    #[case("", None)]
    fn the_console_has_other_words(#[case] value: &str, #[case] title: Option<&str>) {
        assert_eq!(Difficulty::parse(value).map(Difficulty::title), title);
    }
}
