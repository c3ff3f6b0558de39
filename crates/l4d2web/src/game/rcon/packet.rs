//! Packets: their size, number, kind and body, as bytes.

/// Kinds of packets. An answer to a password has the number of a command.
pub(super) const RESPONSE: i32 = 0;
pub(super) const COMMAND: i32 = 2;
pub(super) const AUTH_RESPONSE: i32 = 2;
pub(super) const AUTH: i32 = 3;

/// What a size counts beside the body: number, kind, and the two NULs at the end.
const AROUND: usize = 10;
/// The longest body that is taken. The game ends one at 4,096 bytes; other servers are not as exact.
const BODY_MAX: usize = 16 * 1024;

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The number of what it belongs to.
    pub id: i32,
    /// 0 a reply, 2 a command or the answer to a password, 3 a password.
    pub kind: i32,
    /// The text, without the NULs that end it.
    pub body: Vec<u8>,
}

/// Why bytes are no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Smaller than an empty one, or larger than any.
    #[error("a packet says that it has {0} bytes: 10 to {max} are possible", max = BODY_MAX + AROUND)]
    Size(i32),
    /// The end is another.
    #[error("a packet does not end with two NULs")]
    End,
}

impl Packet {
    /// The bytes on the wire. A body has no NUL in it, and is shorter than the longest; both are seen to where bodies are made.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let size = i32::try_from(self.body.len() + AROUND).unwrap_or(i32::MAX);
        let mut bytes = Vec::with_capacity(self.body.len() + AROUND + 4);
        for number in [size, self.id, self.kind] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.body);
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }
}

/// Puts packets together from what comes in, in whatever pieces.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    at: usize,
}

impl Frames {
    /// Takes what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next packet; none when more must come first.
    ///
    /// # Errors
    ///
    /// When it can be none: there is no way to find the next one then.
    pub fn next_packet(&mut self) -> Result<Option<Packet>, PacketError> {
        let rest = &self.bytes[self.at..];
        let Some(size) = number(rest, 0) else { return Ok(None) };
        let length = usize::try_from(size).ok().filter(|size| (AROUND..=BODY_MAX + AROUND).contains(size));
        let length = length.ok_or(PacketError::Size(size))?;
        let (Some(id), Some(kind), Some(body)) = (number(rest, 4), number(rest, 8), rest.get(12..4 + length)) else {
            return Ok(None);
        };
        let body = body.strip_suffix(&[0, 0]).ok_or(PacketError::End)?.to_vec();
        self.at += 4 + length;
        Ok(Some(Packet { id, kind, body }))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|bytes| i32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_packet_is_written_as_the_protocol_says() {
        let packet = Packet { id: 5, kind: AUTH, body: b"pw".to_vec() };
        assert_eq!(packet.encode(), b"\x0c\0\0\0\x05\0\0\0\x03\0\0\0pw\0\0");
    }

    #[rstest]
    #[case(b"\x09\0\0\0", PacketError::Size(9))]
    #[case(b"\xff\xff\xff\xff", PacketError::Size(-1))]
    #[case(b"\0\0\0\x80", PacketError::Size(i32::MIN))]
    #[case(b"\x0b\x40\0\0", PacketError::Size(16_395))]
    #[case(b"HTTP/1.1 400", PacketError::Size(0x5054_5448))]
    #[case(b"\x0a\0\0\0\x01\0\0\0\0\0\0\0\0x", PacketError::End)]
    fn what_can_be_no_packet_is_refused(#[case] bytes: &[u8], #[case] expected: PacketError) {
        let mut frames = Frames::default();
        frames.push(bytes);
        assert_eq!(frames.next_packet(), Err(expected));
    }

    proptest! {
        #[test]
        fn packets_come_out_in_whatever_pieces_they_came(
            sent in proptest::collection::vec((any::<i32>(), any::<i32>(), proptest::collection::vec(any::<u8>(), 0..300)), 0..6),
            piece in 1..64_usize,
        ) {
            let sent: Vec<Packet> = sent.into_iter().map(|(id, kind, body)| Packet { id, kind, body }).collect();
            let bytes = sent.iter().map(Packet::encode).collect::<Vec<_>>().concat();
            let (mut frames, mut found) = (Frames::default(), Vec::new());
            for piece in bytes.chunks(piece) {
                frames.push(piece);
                while let Some(packet) = frames.next_packet().unwrap() {
                    found.push(packet);
                }
            }
            prop_assert_eq!(found, sent);
        }

        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut frames = Frames::default();
            frames.push(&bytes);
            while let Ok(Some(_)) = frames.next_packet() {}
        }
    }
}
