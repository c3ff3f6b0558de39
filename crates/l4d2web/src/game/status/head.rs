//! The lines of `status` before the players.

use super::{Player, Status, StatusError, text};

/// The longest texts that are kept.
const NAME_MAX: usize = 256;
const WORD_MAX: usize = 64;

/// What stands before the players.
pub(super) struct Head(Status);

impl Head {
    /// Reads them. The first line of each kind counts.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StatusError> {
        let hostname = line(bytes, b"hostname").ok_or(StatusError::Missing("hostname"))?;
        let counts = line(bytes, b"players").ok_or(StatusError::Missing("players"))?;
        let version = line(bytes, b"version").unwrap_or_default();
        let (humans, bots, max) = players(counts).ok_or_else(|| StatusError::Players(text::line(counts, WORD_MAX)))?;
        let flags: Vec<&[u8]> = brackets(counts).collect();
        let reserved = flags.iter().find_map(|flag| flag.strip_prefix(b"reserved")).map(<[u8]>::trim_ascii);
        Ok(Self(Status {
            hostname: text::line(hostname, NAME_MAX),
            version: word(version).map(|version| text::line(version, WORD_MAX)).unwrap_or_default(),
            secure: text::words(version).any(|word| word == b"secure"),
            address: line(bytes, b"udp/ip").and_then(word).map(|address| text::line(address, WORD_MAX)),
            map: line(bytes, b"map").and_then(map),
            humans,
            bots,
            max,
            hibernating: flags.contains(&b"hibernating".as_slice()),
            reserved: reserved.map(|cookie| text::line(cookie, WORD_MAX)),
            players: Vec::new(),
        }))
    }

    pub(super) fn with(self, players: Vec<Player>) -> Status {
        Status { players, ..self.0 }
    }
}

/// What stands behind `key :`.
fn line<'a>(bytes: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let value = |line: &'a [u8]| line.strip_prefix(key)?.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii);
    text::lines(bytes).find_map(value)
}

fn word(bytes: &[u8]) -> Option<&[u8]> {
    text::words(bytes).next()
}

/// `c10m2_drainage at ( -11074, -9007, -529 )`; a server without a map leaves the name out.
fn map(bytes: &[u8]) -> Option<String> {
    let name = word(bytes).filter(|name| *name != b"at")?;
    Some(text::line(name, WORD_MAX))
}

/// `1 humans, 0 bots (8 max) …`; older versions have `1 (8 max)`.
fn players(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let plain = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'(' | b')');
    let words: Vec<&[u8]> = bytes.split(plain).filter(|word| !word.is_empty()).take(16).collect();
    let before = |name: &[u8]| {
        let at = words.iter().position(|word| *word == name)?;
        // `(20/0 max)`: the second number is about something else.
        text::number(words.get(at.checked_sub(1)?)?.split(|byte| *byte == b'/').next()?)
    };
    let humans = before(b"humans").or_else(|| text::number(words.first()?))?;
    Some((humans, before(b"bots").unwrap_or(0), before(b"max").unwrap_or(0)))
}

/// What stands in brackets.
fn brackets(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'(').skip(1).filter_map(|part| part.split(|byte| *byte == b')').next())
}
