//! The table of players.
//!
//! A name holds whatever its owner likes, quotation marks and a copy of another line included. What follows the name does not, so that a line is read
//! from its end: the last quotation mark closes the name. A name with a line's end in it makes a line that is none yet: the next is joined to it.

use super::{Identity, Player, text};
use crate::game::{PlayerName, SteamId};

/// The most players that are kept, and the longest line that is put together. The game has 32 places at most.
const PLAYERS_MAX: usize = 128;
const ROW_MAX: usize = 1024;
const WORD_MAX: usize = 64;

/// How often a line is joined to the one before it, in all: a table of lines that never end must not cost much.
const JOINS_MAX: usize = 4096;

/// Reads the table. Lines that are no player are passed over, `#end` among them: a name may look like that.
pub(super) fn parse(table: &[u8]) -> Vec<Player> {
    let (mut players, mut rest, mut joins) = (Vec::new(), table, JOINS_MAX);
    while !rest.is_empty() && players.len() < PLAYERS_MAX {
        let (row, length) = next(rest, &mut joins);
        players.extend(row);
        rest = &rest[length..];
    }
    players
}

/// A player, and how many bytes were taken for it.
fn next(rest: &[u8], joins: &mut usize) -> (Option<Player>, usize) {
    let line = line(rest);
    if begin(&rest[..line]).is_none() {
        return (None, line);
    }
    let mut end = line;
    loop {
        if let Some(player) = row(&rest[..end]) {
            return (Some(player), end);
        }
        let more = &rest[end..];
        if more.is_empty() || end > ROW_MAX || *joins == 0 {
            // It never was one.
            return (None, line);
        }
        *joins -= 1;
        end += self::line(more);
    }
}

/// How long the first line is, with its end.
fn line(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1)
}

/// `#  8 1 "`: the number, the place, and what follows.
fn begin(row: &[u8]) -> Option<(u32, Option<u32>, &[u8])> {
    let (numbers, rest) = row.split_at(row.iter().position(|byte| *byte == b'"')?);
    let mut numbers = text::words(numbers.strip_prefix(b"#")?);
    let userid = text::number(numbers.next()?)?;
    let slot = numbers.next().map(|slot| text::number(slot).ok_or(())).transpose().ok()?;
    numbers.next().is_none().then_some((userid, slot, &rest[1..]))
}

fn row(row: &[u8]) -> Option<Player> {
    let (userid, slot, rest) = begin(row)?;
    let quote = rest.iter().rposition(|byte| *byte == b'"')?;
    let (name, tail) = (PlayerName::new(&rest[..quote]), &rest[quote + 1..]);
    let words: Vec<&[u8]> = text::words(tail).take(8).collect();
    // What the engine writes itself is short and plain.
    if words.iter().any(|word| word.len() > WORD_MAX || !word.iter().all(u8::is_ascii_graphic)) {
        return None;
    }
    let word = |word: &[u8]| text::line(word, WORD_MAX);
    match words.as_slice() {
        // Only people have a place: with one it is a name that ends like this.
        [b"BOT", state] | [b"BOT", state, _] if slot.is_none() => Some(Player {
            userid,
            slot,
            name,
            identity: Identity::Bot,
            connected: 0,
            ping: 0,
            loss: 0,
            state: word(state),
            rate: None,
            address: None,
        }),
        [id, connected, ping, loss, state, last @ ..] if *id != b"BOT" && last.len() <= 2 => Some(Player {
            userid,
            slot,
            name,
            identity: identity(id)?,
            connected: duration(connected)?,
            ping: text::number(ping)?,
            loss: text::number(loss)?,
            state: word(state),
            rate: last.first().and_then(|rate| text::number(rate)),
            address: last.last().filter(|last| text::number::<u64>(last).is_none()).map(|address| word(address)),
        }),
        _ => None,
    }
}

fn identity(id: &[u8]) -> Option<Identity> {
    let id = std::str::from_utf8(id).ok()?;
    match SteamId::parse(id) {
        Ok(id) => Some(Identity::Steam(id)),
        // STEAM_ID_PENDING, STEAM_ID_LAN, UNKNOWN, and what other versions have.
        Err(_) if id.starts_with("STEAM_") || id.starts_with('[') || id.starts_with("UNKNOWN") => {
            Some(Identity::Unknown)
        }
        Err(_) => None,
    }
}

/// `MM:SS` or `H:MM:SS`; the hours may be many, and so may minutes without hours.
fn duration(time: &[u8]) -> Option<u32> {
    let parts = time.split(|byte| *byte == b':').map(text::number::<u32>).collect::<Option<Vec<_>>>()?;
    let (hours, minutes, seconds) = match *parts.as_slice() {
        [hours, minutes, seconds] if minutes < 60 => (hours, minutes, seconds),
        [minutes, seconds] => (0, minutes, seconds),
        _ => return None,
    };
    if seconds > 59 {
        return None;
    }
    hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
}
