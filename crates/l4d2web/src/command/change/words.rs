//! What came of a change, in words.

use super::game::Now;
use super::{Outcome, Wish};
use crate::command::MapName;
use crate::db::game_acts::ActState;
use crate::game::{Difficulty, Mode};

/// The game did not want it.
pub(super) fn refused(sentence: String) -> Outcome {
    Outcome { state: ActState::Refused, sentence }
}

/// What is not as it was wished, in words.
pub(super) fn kept(wish: &Wish, now: &Now) -> Vec<String> {
    let mut kept = Vec::new();
    if let Some(mode) = wish.mode.as_ref().filter(|mode| now.mode.as_ref() != Some(mode)) {
        let is = now.mode.as_ref().map_or("another mode", Mode::title);
        kept.push(format!("{is} in place of {}", mode.title()));
    }
    if let Some(difficulty) = wish.difficulty.filter(|difficulty| now.difficulty != Some(*difficulty)) {
        let is = now.difficulty.map_or("another difficulty", Difficulty::title);
        kept.push(format!("{is} in place of {}", difficulty.title()));
    }
    kept
}

/// What the game is at, after a wish that needs no map and that it took.
pub(super) fn at_once(wish: &Wish, before: &Now) -> Outcome {
    let map = before.map.as_deref().unwrap_or("no map");
    let difficulty = wish.difficulty.map_or("", Difficulty::title);
    Outcome { state: ActState::Done, sentence: format!("Now {difficulty}, on {map} as before") }
}

/// What the game is at, once it is on the map.
pub(super) fn told(wish: &Wish, map: &MapName, now: &Now) -> Outcome {
    let kept = kept(wish, now);
    if !kept.is_empty() {
        let why = "the game, its config or a plug-in sets that when a map begins";
        return refused(format!("Now on {map}, but with {}: {why}.", kept.join(" and ")));
    }
    let mode = now.mode.as_ref().map_or("", Mode::title);
    let difficulty = now.difficulty.map_or("", Difficulty::title);
    let words: Vec<&str> = [map.as_str(), mode, difficulty].into_iter().filter(|word| !word.is_empty()).collect();
    Outcome { state: ActState::Done, sentence: format!("Now on {}", words.join(", ")) }
}

/// What the game says of a map that it does not have, in words.
pub(super) fn no_map(reply: &[u8], map: &MapName) -> Option<String> {
    let reply = String::from_utf8_lossy(reply).to_ascii_lowercase();
    let says =
        ["no such map", "map_isvalid", "failed:", "not found or invalid"].iter().any(|words| reply.contains(words));
    says.then(|| format!("The game has no map “{map}”."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> MapName {
        MapName::parse("c2m1_highway").unwrap()
    }

    fn wish(mode: Option<&str>, difficulty: Option<Difficulty>) -> Wish {
        Wish { map: Some(map()), mode: mode.and_then(Mode::parse), difficulty }
    }

    fn now(mode: &str, difficulty: Difficulty) -> Now {
        Now { map: Some("c2m1_highway".to_owned()), mode: Mode::parse(mode), difficulty: Some(difficulty) }
    }

    #[test]
    fn what_is_read_back_is_told() {
        let now = now("versus", Difficulty::Normal);
        let done = told(&wish(Some("versus"), None), &map(), &now);
        assert_eq!((done.state, done.sentence.as_str()), (ActState::Done, "Now on c2m1_highway, Versus, Normal"));
        let kept = told(&wish(Some("coop"), Some(Difficulty::Expert)), &map(), &now);
        assert_eq!(kept.state, ActState::Refused);
        assert_eq!(
            kept.sentence,
            "Now on c2m1_highway, but with Versus in place of Co-op and Normal in place of Expert: the game, its config or a \
             plug-in sets that when a map begins."
        );
    }

    #[test]
    fn a_map_that_is_not_there_is_told() {
        let map = MapName::parse("nowhere").unwrap();
        let reply = b"CModelLoader::Map_IsValid: No such map 'maps/nowhere.bsp'\nchangelevel failed: nowhere not found or invalid\n";
        assert_eq!(no_map(reply, &map).as_deref(), Some("The game has no map “nowhere”."));
        assert_eq!(no_map(b"", &map), None);
        assert_eq!(no_map(b"server_cvar: \"mp_gamemode\" \"coop\"\n", &map), None);
    }
}
