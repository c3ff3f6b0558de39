//! `listid`: the bans that a game has.

use super::run;
use crate::command::NoReply;
use crate::game::SteamId;
use crate::id::ServerId;
use crate::state::AppState;

/// The most bans that are read of a game.
const MOST: usize = 20_000;

/// A ban that the game has.
#[derive(Debug, Clone, PartialEq)]
pub struct InGame {
    /// Whose.
    pub id: SteamId,
    /// The same as the game writes it, by which alone it finds it again: `STEAM_0:1:7` is not `STEAM_1:1:7` to it.
    pub text: String,
    /// For how many minutes; none for good. The game tells the whole time of the ban, not what is left of it.
    pub minutes: Option<f64>,
}

/// Why a reply is no list of bans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It says something else.
    #[error("it is no list of bans")]
    Other,
    /// It announces more than it lists.
    #[error("it announces {said} bans and lists {found}")]
    Cut {
        /// How many it announces.
        said: usize,
        /// How many it lists.
        found: usize,
    },
    /// More than is read.
    #[error("it has {0} bans: up to {MOST} are read")]
    Many(usize),
}

/// Reads what the console answers to `listid`: `ID filter list: 2 entries`, `1 STEAM_1:1:7 : permanent`, `2 STEAM_1:0:8 : 5.000 min`. Bans of what is no
/// person's account are counted and left out.
///
/// # Errors
///
/// When it is no such answer, or not all of it: what is not in it must not count as not banned.
pub fn parse(reply: &[u8]) -> Result<Vec<InGame>, ListError> {
    let text = String::from_utf8_lossy(reply);
    let mut lines = text.lines();
    let said = lines.by_ref().find_map(announced).ok_or(ListError::Other)?;
    if said > MOST {
        return Err(ListError::Many(said));
    }
    let (mut bans, mut found) = (Vec::new(), 0);
    for line in lines {
        // What the log says meanwhile has not the next number.
        let Some((who, minutes)) = row(line, found + 1) else { continue };
        found += 1;
        bans.extend(SteamId::parse(who).map(|id| InGame { id, text: who.to_owned(), minutes }));
    }
    if found == said { Ok(bans) } else { Err(ListError::Cut { said, found }) }
}

/// `ID filter list: empty`, `… 1 entry`, `… 2 entries`.
fn announced(line: &str) -> Option<usize> {
    let (what, number) = line.split_once("filter list:")?;
    if !what.trim().eq_ignore_ascii_case("id") {
        return None;
    }
    match number.split_whitespace().next()? {
        "empty" => Some(0),
        number => number.parse().ok(),
    }
}

/// Who, and for how many minutes.
fn row(line: &str, number: usize) -> Option<(&str, Option<f64>)> {
    let (who, time) = line.rsplit_once(" : ")?;
    let (first, who) = who.trim().split_once(' ')?;
    if first.parse() != Ok(number) {
        return None;
    }
    let minutes = match time.trim() {
        "permanent" => None,
        time => Some(time.strip_suffix("min")?.trim().parse().ok().filter(|minutes: &f64| minutes.is_finite())?),
    };
    Some((who.trim(), minutes))
}

/// The bans that the game of a server has.
///
/// # Errors
///
/// When it does not answer, or its answer is not understood or not whole.
pub async fn in_game(state: &AppState, server: ServerId) -> Result<Vec<InGame>, NoReply> {
    parse(&run(state, server, "listid").await?).map_err(|error| {
        tracing::info!(%server, %error, "a list of bans is not taken");
        NoReply::Odd("listid")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn bans_are_read_from_a_list() {
        let reply = b"ID filter list: 4 entries\n1 STEAM_0:1:7 : permanent\n2 STEAM_1:0:8 : 5.000 min\n\
            Dropped \"Mal\" from server : 3.000 min\n3 STEAM_ID_LAN : permanent\n4 [U:1:9] : permanent\n";
        let ban = |account, text: &str, minutes| InGame {
            id: SteamId::parse(account).unwrap(),
            text: text.to_owned(),
            minutes,
        };
        assert_eq!(
            parse(reply).unwrap(),
            [
                ban("[U:1:15]", "STEAM_0:1:7", None),
                ban("[U:1:16]", "STEAM_1:0:8", Some(5.0)),
                ban("[U:1:9]", "[U:1:9]", None)
            ]
        );
        assert_eq!(parse(b"ID filter list: empty\n"), Ok(Vec::new()));
        assert_eq!(parse(b"ID filter list: 1 entry\r\n1 STEAM_1:0:8 : permanent\r\n").unwrap().len(), 1);
    }

    /// Whoever is not in the list counts as free: what is cut or something else must not.
    #[rstest]
    #[case(b"", ListError::Other)]
    #[case(b"Unknown command \"listid\"\n", ListError::Other)]
    #[case(b"IP filter list: empty\n", ListError::Other)]
    #[case(b"ID filter list: many\n", ListError::Other)]
    #[case(b"ID filter list: 2 entries\n", ListError::Cut { said: 2, found: 0 })]
    #[case(b"ID filter list: 2 entries\n1 STEAM_1:1:7 : permanent\n2 STEAM_1:0:8 : perm", ListError::Cut { said: 2, found: 1 })]
    #[case(b"ID filter list: 2 entries\n1 STEAM_1:1:7 : permanent\n3 STEAM_1:0:8 : permanent\n", ListError::Cut { said: 2, found: 1 })]
    #[case(b"ID filter list: 99999 entries\n", ListError::Many(99_999))]
    fn what_is_not_the_whole_list_is_none(#[case] reply: &[u8], #[case] expected: ListError) {
        assert_eq!(parse(reply), Err(expected));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
            let _ = parse(&[b"ID filter list: 1\n", bytes.as_slice()].concat());
        }
    }
}
