//! What a game is told, and whether it has it then.

use super::InGame;
use crate::db::bans::Ban;
use crate::game::SteamId;

/// What a game is told of what it is to be told, given what it has. Pure.
#[must_use]
pub fn due(untold: &[Ban], has: &[InGame], now: i64) -> Vec<String> {
    let mut lines = Vec::new();
    for ban in untold {
        let Some(id) = SteamId::from_i64(ban.steam_id) else { continue };
        let known: Vec<&InGame> = has.iter().filter(|found| found.id == id).collect();
        if ban.lifted {
            lines.extend(known.into_iter().map(remove));
            continue;
        }
        if ban.until_at.is_none() && !known.is_empty() && known.iter().all(|found| found.minutes.is_none()) {
            continue;
        }
        // One that is written otherwise would stand beside the new one, which takes the place of one that is written alike. How much is left of a
        // time the game does not say, so that each is told anew.
        lines.extend(known.into_iter().filter(|found| found.text != id.to_string()).map(remove));
        lines.push(format!("banid {} {id} kick", minutes(ban.until_at, now)));
    }
    if !untold.is_empty() {
        // Also when the game knows all: its file may be another.
        lines.push("writeid".to_owned());
    }
    lines
}

/// By what the game wrote: it compares texts. A number would be that of a row.
fn remove(found: &InGame) -> String {
    let text = Some(&found.text).filter(|text| text.starts_with("STEAM_") || text.starts_with('['));
    text.map_or_else(|| format!("removeid {}", found.id), |text| format!("removeid {text}"))
}

/// Whole minutes until then, none too few; 0 is for good.
fn minutes(until: Option<i64>, now: i64) -> i64 {
    until.map_or(0, |until| (until - now).max(1).saturating_add(59) / 60)
}

/// Whether a game has what it was told at `now`: nothing of a ban that is lifted, else one for good or for the time that was told. A game that says
/// how much is left of it is understood too.
#[must_use]
pub fn holds(ban: &Ban, has: &[InGame], now: i64) -> bool {
    let known: Vec<&InGame> = has.iter().filter(|found| found.id.to_i64() == ban.steam_id).collect();
    if ban.lifted {
        return known.is_empty();
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of some years")]
    let told = minutes(ban.until_at, now) as f64;
    let same = |found: &&InGame| match found.minutes {
        None => ban.until_at.is_none(),
        Some(minutes) => ban.until_at.is_some() && minutes > told - 1.0 && minutes < told + 0.01,
    };
    !known.is_empty() && known.iter().all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn id(account: u32) -> SteamId {
        SteamId::parse(&format!("[U:1:{account}]")).unwrap()
    }

    fn ban(account: u32, until_at: Option<i64>, lifted: bool) -> Ban {
        let (name, reason) = (String::new(), String::new());
        Ban { steam_id: id(account).to_i64(), name, reason, by: None, made_at: 0, until_at, lifted, told_start: None }
    }

    fn has(account: u32, minutes: Option<f64>) -> InGame {
        InGame { id: id(account), text: id(account).to_string(), minutes }
    }

    #[test]
    fn a_game_is_told_what_it_lacks() {
        let untold = [
            ban(1, None, false),
            ban(2, Some(NOW + 600), false),
            ban(3, None, true),
            ban(4, None, false),
            ban(5, None, true),
            ban(6, Some(NOW + 5), false),
        ];
        assert_eq!(
            due(&untold, &[has(1, None), has(3, None), has(9, None)], NOW),
            [
                "banid 10 STEAM_1:0:1 kick",
                "removeid STEAM_1:1:1",
                "banid 0 STEAM_1:0:2 kick",
                "banid 1 STEAM_1:0:3 kick",
                "writeid"
            ]
        );
        assert!(due(&[], &[has(1, None)], NOW).is_empty());
    }

    /// How long a ban of the game holds further is not in its list.
    #[test]
    fn a_time_is_told_anew_and_takes_the_place_of_one_for_good() {
        for known in [None, Some(60.0), Some(1.0)] {
            let told = due(&[ban(1, Some(NOW + 61), false)], &[has(1, known)], NOW);
            assert_eq!(told, ["banid 2 STEAM_1:1:0 kick", "writeid"], "{known:?}");
        }
        let told = due(&[ban(1, None, false)], &[has(1, Some(60.0))], NOW);
        assert_eq!(told, ["banid 0 STEAM_1:1:0 kick", "writeid"]);
    }

    #[test]
    fn no_ban_is_shorter_than_it_was_wished() {
        let told = |seconds| minutes(Some(NOW + seconds), NOW);
        assert_eq!([-5, 0, 1, 59, 60, 61, 599, 600].map(told), [1, 1, 1, 1, 1, 2, 10, 10]);
        assert_eq!(minutes(None, NOW), 0);
    }

    #[test]
    fn what_is_written_otherwise_is_taken_out_as_it_is_written() {
        let other = |text: &str| InGame { text: text.to_owned(), ..has(15, None) };
        for text in ["STEAM_0:1:7", "[U:1:15]"] {
            let told = due(&[ban(15, None, true)], &[other(text)], NOW);
            assert_eq!(told, [format!("removeid {text}"), "writeid".to_owned()]);
        }
        let told = due(&[ban(15, None, true)], &[other("76561197960265743")], NOW);
        assert_eq!(told, ["removeid STEAM_1:1:7", "writeid"], "a number would be that of a row");
        let both = || [other("STEAM_0:1:7"), has(15, Some(5.0))];
        assert!(due(&[ban(15, None, false)], &both(), NOW).contains(&"banid 0 STEAM_1:1:7 kick".to_owned()));
        let both = [other("STEAM_0:1:7"), has(15, None)];
        let told = due(&[ban(15, Some(NOW + 60), false)], &both, NOW);
        assert_eq!(told, ["removeid STEAM_0:1:7", "banid 1 STEAM_1:1:7 kick", "writeid"]);
    }

    #[test]
    fn a_game_has_a_ban_when_it_lists_it_for_that_time() {
        let hour = ban(1, Some(NOW + 3600), false);
        for (minutes, expected) in
            [(Some(60.0), true), (Some(59.9), true), (Some(58.9), false), (Some(61.0), false), (None, false)]
        {
            assert_eq!(holds(&hour, &[has(2, None), has(1, minutes)], NOW), expected, "{minutes:?}");
        }
        assert!(!holds(&hour, &[], NOW) && holds(&ban(1, None, false), &[has(1, None)], NOW));
        assert!(!holds(&hour, &[has(1, Some(60.0)), has(1, None)], NOW), "the other holds longer");
        assert!(holds(&ban(1, None, true), &[has(2, None)], NOW) && !holds(&ban(1, None, true), &[has(1, None)], NOW));
    }
}
