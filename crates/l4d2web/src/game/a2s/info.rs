//! `A2S_INFO`: what a server is.

use super::Malformed;
use super::reader::Reader;

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// The map.
    pub map: String,
    /// The directory of the game, `left4dead2`.
    pub folder: String,
    /// The name of the game.
    pub game: String,
    /// The number of the game on Steam; 550, or what the rest says about larger numbers.
    pub app: u64,
    /// People and bots that are on it.
    pub players: u8,
    /// How many people there can be.
    pub max: u8,
    /// Bots among the players.
    pub bots: u8,
    /// Whether it wants a password.
    pub password: bool,
    /// Whether VAC secures it.
    pub secure: bool,
    /// The version of the game.
    pub version: String,
    /// The port of the game.
    pub port: Option<u16>,
    /// The account of the server; none on a LAN.
    pub steam_id: Option<u64>,
    /// The tags, with commas between them.
    pub tags: String,
}

impl Info {
    /// Reads an answer, without the four bytes before it.
    ///
    /// # Errors
    ///
    /// When it is cut off, or another answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        reader.kind(b'I')?;
        let _protocol = reader.byte()?;
        let (name, map, folder, game) = (reader.text()?, reader.text()?, reader.text()?, reader.text()?);
        let app = u64::from(reader.u16()?);
        let [players, max, bots, _kind, _environment, password, secure] = reader.bytes()?;
        let version = reader.text()?;
        let mut info = Self {
            name,
            map,
            folder,
            game,
            app,
            players,
            max,
            bots,
            password: password != 0,
            secure: secure != 0,
            version,
            port: None,
            steam_id: None,
            tags: String::new(),
        };
        // Old servers end here.
        if !reader.0.is_empty() {
            info.extra(&mut reader)?;
        }
        Ok(info)
    }

    fn extra(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let flags = reader.byte()?;
        if flags & 0x80 != 0 {
            self.port = Some(reader.u16()?);
        }
        if flags & 0x10 != 0 {
            self.steam_id = Some(reader.u64()?);
        }
        if flags & 0x40 != 0 {
            let _source_tv = (reader.u16()?, reader.text()?);
        }
        if flags & 0x20 != 0 {
            self.tags = reader.text()?;
        }
        if flags & 0x01 != 0 {
            // The upper bits are those of a mod.
            self.app = reader.u64()? & 0x00ff_ffff;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: &[u8] =
        b"I\x11My Server\0c1m1_hotel\0left4dead2\0Left 4 Dead 2\0\x26\x02\x03\x08\x01dl\x00\x012.2.4.3\0";
    const EXTRA: &[u8] = b"\xf1\x87\x69\x01\x02\x03\x04\x05\x06\x07\x08\x8c\x69tv\0coop,empty\0\x26\x02\0\0\0\0\0\0";

    #[test]
    fn an_answer_is_read() {
        let plain = Info::parse(PLAIN).unwrap();
        assert_eq!(
            (plain.name.as_str(), plain.map.as_str(), plain.folder.as_str()),
            ("My Server", "c1m1_hotel", "left4dead2")
        );
        assert_eq!((plain.app, plain.players, plain.max, plain.bots), (550, 3, 8, 1));
        assert_eq!((plain.password, plain.secure, plain.version.as_str(), plain.port), (false, true, "2.2.4.3", None));
        let whole = Info::parse(&[PLAIN, EXTRA].concat()).unwrap();
        assert_eq!((whole.port, whole.steam_id, whole.app), (Some(27015), Some(0x0807_0605_0403_0201), 550));
        assert_eq!(whole.tags, "coop,empty");
    }

    #[test]
    fn one_that_is_cut_off_anywhere_is_refused() {
        let whole = [PLAIN, EXTRA].concat();
        for length in (0..whole.len()).filter(|length| *length != PLAIN.len()) {
            assert_eq!(Info::parse(&whole[..length]), Err(Malformed::Cut), "{length}");
        }
        assert_eq!(Info::parse(b"m\0"), Err(Malformed::Kind(b'm')));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Info::parse(&bytes);
            let _ = Info::parse(&[b"I", bytes.as_slice()].concat());
            let _ = Info::parse(&[PLAIN, &bytes].concat());
        }
    }
}
