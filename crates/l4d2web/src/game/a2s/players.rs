//! `A2S_PLAYER`: who is on a server.

use super::Malformed;
use super::reader::Reader;
use crate::game::PlayerName;

/// Somebody who is on a server, as everybody may know.
#[derive(Debug, Clone, PartialEq)]
pub struct Visitor {
    /// What the player calls himself; empty while he connects.
    pub name: PlayerName,
    /// Points.
    pub score: i32,
    /// Seconds since he came.
    pub seconds: f32,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Players {
    /// Those whose entry was whole.
    pub all: Vec<Visitor>,
    /// Whether there were to be more.
    pub cut: bool,
}

impl Players {
    /// Reads an answer, without the four bytes before it. Servers are known to count more than they list.
    ///
    /// # Errors
    ///
    /// When it is another answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        reader.kind(b'D')?;
        let mut players = Self::default();
        for _ in 0..reader.byte()? {
            let Ok(visitor) = visitor(&mut reader) else {
                players.cut = true;
                break;
            };
            players.all.push(visitor);
        }
        Ok(players)
    }
}

fn visitor(reader: &mut Reader<'_>) -> Result<Visitor, Malformed> {
    let _index = reader.byte()?;
    let name = PlayerName::new(reader.raw()?);
    let score = reader.bytes().map(i32::from_le_bytes)?;
    let seconds = reader.bytes().map(f32::from_le_bytes)?;
    Ok(Visitor { name, score, seconds: if seconds.is_finite() { seconds.max(0.0) } else { 0.0 } })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"D\0", &[], false)]
    #[case(b"D\x02\0Mal\0\x05\0\0\0\0\0\x80\x3f\0\0\xff\xff\xff\xff\0\0\xc0\x7f", &[("Mal", 5, 1.0), ("", -1, 0.0)], false)]
    #[case(b"D\x09\0Mal\0\x05\0\0\0\0\0\x80\x3f\0Zo", &[("Mal", 5, 1.0)], true)]
    #[case(b"D\x01\0M\"\n\x1b\0\x05\0\0\0\0\0\x80\xff", &[("M\"\n\x1b", 5, 0.0)], false)]
    fn an_answer_is_read(#[case] bytes: &[u8], #[case] expected: &[(&str, i32, f32)], #[case] cut: bool) {
        let players = Players::parse(bytes).unwrap();
        let found: Vec<_> = players.all.iter().map(|one| (one.name.raw(), one.score, one.seconds)).collect();
        assert_eq!((found.as_slice(), players.cut), (expected, cut));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Players::parse(&bytes);
            let players = Players::parse(&[b"D\xff", bytes.as_slice()].concat()).unwrap();
            prop_assert!(players.all.iter().all(|one| one.seconds >= 0.0));
        }
    }
}
