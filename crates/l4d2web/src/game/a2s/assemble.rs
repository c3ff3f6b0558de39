//! Answers in several packets.

use super::Malformed;

/// What stands before an answer in one packet, and before each packet of one in several.
const SINGLE: [u8; 4] = [0xff; 4];
const SPLIT: [u8; 4] = [0xfe, 0xff, 0xff, 0xff];
/// The most packets, and the most bytes, of an answer. 128 players with the longest names, or all variables, are less.
const PARTS_MAX: usize = 64;
const BYTES_MAX: usize = 128 * 1024;

/// Puts an answer together from packets, in whatever order they come.
#[derive(Debug, Default)]
pub struct Assembly {
    set: Option<Set>,
}

/// The packets of one answer.
#[derive(Debug)]
struct Set {
    id: u32,
    parts: Vec<Option<Vec<u8>>>,
}

/// What a packet came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// An answer, without the four bytes before it.
    Whole(Vec<u8>),
    /// A part of one: more must come.
    Part,
    /// Nothing of an answer.
    Other,
}

impl Assembly {
    /// Takes a packet.
    ///
    /// # Errors
    ///
    /// When its answer can never be read.
    pub fn take(&mut self, packet: &[u8]) -> Result<Taken, Malformed> {
        if let Some(answer) = packet.strip_prefix(&SINGLE) {
            return Ok(if answer.is_empty() { Taken::Other } else { Taken::Whole(answer.to_vec()) });
        }
        let Some(part) = packet.strip_prefix(&SPLIT) else { return Ok(Taken::Other) };
        let Some((&[a, b, c, d, total, number, _, _], payload)) = part.split_first_chunk::<8>() else {
            return Err(Malformed::Cut);
        };
        let id = u32::from_le_bytes([a, b, c, d]);
        if id & 0x8000_0000 != 0 {
            return Err(Malformed::Compressed);
        }
        let (total, number) = (usize::from(total), usize::from(number));
        if number >= total || payload.is_empty() {
            return Err(Malformed::Parts);
        }
        if total > PARTS_MAX {
            return Err(Malformed::Large);
        }
        // Packets of an answer that was given up before may still come: the newest counts.
        let set = match &mut self.set {
            Some(set) if set.id == id => set,
            other => other.insert(Set { id, parts: vec![None; total] }),
        };
        if set.parts.len() != total {
            return Err(Malformed::Parts);
        }
        // A packet that comes twice is the same.
        set.parts[number].get_or_insert_with(|| payload.to_vec());
        if set.parts.iter().flatten().map(Vec::len).sum::<usize>() > BYTES_MAX {
            return Err(Malformed::Large);
        }
        if set.parts.iter().any(Option::is_none) {
            return Ok(Taken::Part);
        }
        let whole = set.parts.drain(..).flatten().flatten().collect::<Vec<u8>>();
        self.set = None;
        whole.strip_prefix(&SINGLE).map(|answer| Taken::Whole(answer.to_vec())).ok_or(Malformed::Parts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn part(id: u32, total: u8, number: u8, payload: &[u8]) -> Vec<u8> {
        [SPLIT.as_slice(), &id.to_le_bytes(), &[total, number, 0xb0, 0x04], payload].concat()
    }

    #[rstest]
    #[case(b"\xff\xff\xff\xffIx".to_vec(), Ok(Taken::Whole(b"Ix".to_vec())))]
    #[case(b"\xff\xff\xff\xff".to_vec(), Ok(Taken::Other))]
    #[case(b"".to_vec(), Ok(Taken::Other))]
    #[case(b"hello".to_vec(), Ok(Taken::Other))]
    #[case(SPLIT.to_vec(), Err(Malformed::Cut))]
    #[case(part(1, 2, 0, b"a"), Ok(Taken::Part))]
    #[case(part(1, 1, 0, b"\xff\xff\xff\xffIx"), Ok(Taken::Whole(b"Ix".to_vec())))]
    #[case(part(1, 1, 0, b"Ix"), Err(Malformed::Parts))]
    #[case(part(1, 0, 0, b"a"), Err(Malformed::Parts))]
    #[case(part(1, 2, 2, b"a"), Err(Malformed::Parts))]
    #[case(part(1, 2, 0, b""), Err(Malformed::Parts))]
    #[case(part(1, 255, 0, b"a"), Err(Malformed::Large))]
    #[case(part(0x8000_0001, 2, 0, b"a"), Err(Malformed::Compressed))]
    fn a_packet_is_taken(#[case] packet: Vec<u8>, #[case] expected: Result<Taken, Malformed>) {
        assert_eq!(Assembly::default().take(&packet), expected);
    }

    #[test]
    fn parts_of_another_answer_do_not_mix() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.take(&part(1, 2, 0, b"\xff\xff\xff\xffI")), Ok(Taken::Part));
        assert_eq!(assembly.take(&part(2, 2, 0, b"\xff\xff\xff\xffJ")), Ok(Taken::Part));
        assert_eq!(assembly.take(&part(2, 2, 1, b"x")), Ok(Taken::Whole(b"Jx".to_vec())));
        assert_eq!(assembly.take(&part(3, 2, 0, b"a")), Ok(Taken::Part));
        assert_eq!(assembly.take(&part(3, 3, 1, b"a")), Err(Malformed::Parts));
    }

    #[test]
    fn there_is_an_end_to_the_bytes() {
        let mut assembly = Assembly::default();
        let large = vec![1; 60_000];
        assert_eq!(assembly.take(&part(1, 4, 0, &large)), Ok(Taken::Part));
        assert_eq!(assembly.take(&part(1, 4, 1, &large)), Ok(Taken::Part));
        assert_eq!(assembly.take(&part(1, 4, 2, &large)), Err(Malformed::Large));
    }

    proptest! {
        #[test]
        fn parts_come_in_any_order_and_twice(
            answer in proptest::collection::vec(any::<u8>(), 1..4000),
            order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let whole = [SINGLE.as_slice(), &answer].concat();
            let size = whole.len().div_ceil(20).max(1);
            let parts: Vec<&[u8]> = whole.chunks(size).collect();
            let total = u8::try_from(parts.len()).unwrap();
            let mut assembly = Assembly::default();
            let mut found = None;
            for number in order.into_iter().filter(|number| *number < parts.len()) {
                let packet = part(7, total, u8::try_from(number).unwrap(), parts[number]);
                if let Taken::Whole(answer) = assembly.take(&packet).unwrap() {
                    found = Some(answer);
                } else {
                    prop_assert_eq!(assembly.take(&packet), Ok(Taken::Part));
                }
            }
            prop_assert_eq!(found, Some(answer));
        }

        #[test]
        fn any_bytes_are_taken(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let mut assembly = Assembly::default();
            for packet in packets {
                let _ = assembly.take(&packet);
                let _ = assembly.take(&[SPLIT.as_slice(), &packet].concat());
            }
        }
    }
}
