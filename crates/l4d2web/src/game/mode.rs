//! What is played: `mp_gamemode`.

use std::fmt;

/// A mode of the game. As text it is what players call it; one that is not known is called what the console calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(String);

/// The longest name of a mode.
const LONGEST: usize = 32;

/// Value, title, and the mode whose chapters it is played on.
const KNOWN: [(&str, &str, &str); 33] = [
    ("coop", "Co-op", "coop"),
    ("realism", "Realism", "coop"),
    ("versus", "Versus", "versus"),
    ("survival", "Survival", "survival"),
    ("scavenge", "Scavenge", "scavenge"),
    ("teamversus", "Team Versus", "versus"),
    ("teamscavenge", "Team Scavenge", "scavenge"),
    ("mutation1", "Last Man on Earth", "coop"),
    ("mutation2", "Headshot!", "coop"),
    ("mutation3", "Bleed Out", "coop"),
    ("mutation4", "Hard Eight", "coop"),
    ("mutation5", "Four Swordsmen", "coop"),
    ("mutation6", "Mutation 6", "coop"),
    ("mutation7", "Chainsaw Massacre", "coop"),
    ("mutation8", "Ironman", "coop"),
    ("mutation9", "Last Gnome on Earth", "coop"),
    ("mutation10", "Room for One", "coop"),
    ("mutation11", "Healthpackalypse!", "versus"),
    ("mutation12", "Realism Versus", "versus"),
    ("mutation13", "Follow the Liter", "scavenge"),
    ("mutation14", "Gib Fest", "coop"),
    ("mutation15", "Versus Survival", "survival"),
    ("mutation16", "Hunting Party", "coop"),
    ("mutation17", "Lone Gunman", "coop"),
    ("mutation18", "Bleed Out Versus", "versus"),
    ("mutation19", "Taaannnkk!", "versus"),
    ("mutation20", "Healing Gnome", "coop"),
    ("community1", "Special Delivery", "coop"),
    ("community2", "Flu Season", "coop"),
    ("community3", "Riding My Survivor", "versus"),
    ("community4", "Nightmare", "survival"),
    ("community5", "Death's Door", "coop"),
    ("community6", "Confogl", "versus"),
];

impl Mode {
    /// Reads a value of the console: small letters, figures, `_` and `-`. Add-ons bring modes of their own.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim().to_ascii_lowercase();
        let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        (plain && (1..=LONGEST).contains(&value.len())).then_some(Self(value))
    }

    /// Those of the game itself, the usual ones first.
    pub fn known() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|(value, _, _)| Self((*value).to_owned()))
    }

    /// What the console calls it.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.0
    }

    /// What players call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.row().map_or(&self.0, |(_, title, _)| title)
    }

    /// The mode on whose chapters it is played: its own for one that is not known.
    #[must_use]
    pub fn base(&self) -> &str {
        self.row().map_or(&self.0, |(_, _, base)| base)
    }

    /// Whether it is one of the game's own.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.row().is_some()
    }

    fn row(&self) -> Option<&'static (&'static str, &'static str, &'static str)> {
        KNOWN.iter().find(|(value, _, _)| *value == self.0)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("coop", Some(("Co-op", "coop")))]
    #[case("Versus", Some(("Versus", "versus")))]
    #[case("teamversus", Some(("Team Versus", "versus")))]
    #[case("realism", Some(("Realism", "coop")))]
    #[case("mutation12", Some(("Realism Versus", "versus")))]
    #[case("gunbrain", Some(("gunbrain", "gunbrain")))]
    #[case("", None)]
    #[case("coop; quit", None)]
    #[case("\"", None)]
    #[case("abcdefghijklmnopqrstuvwxyz0123456", None)]
    fn a_mode_has_a_title(#[case] value: &str, #[case] expected: Option<(&str, &str)>) {
        let mode = Mode::parse(value);
        assert_eq!(mode.as_ref().map(|mode| (mode.title(), mode.base())), expected);
    }

    #[test]
    fn each_mode_of_the_game_is_there_once() {
        let mut all: Vec<Mode> = Mode::known().collect();
        assert!(all.iter().all(|mode| Mode::parse(mode.value()).as_ref() == Some(mode) && mode.is_known()));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), KNOWN.len());
    }
}
