//! RCON frames: the first byte says in which pieces the others come.

use l4d2web::game::rcon::Frames;

use super::{Words, about, kind};

pub(super) const WORDS: Words = Words {
    tokens: &[
        b"\x0a\0\0\0\x01\0\0\0\0\0\0\0\0\0",
        b"\x0e\0\0\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0",
        b"\x0a\0\0\0",
        b"\xff\xff\xff\xff",
        b"\x0a\x40\0\0",
        b"\0\0",
    ],
    longest: 24 * 1024,
};

pub(super) fn run(input: &[u8]) -> u64 {
    let Some((piece, bytes)) = input.split_first() else { return 0 };
    let (found, error) = read(bytes.chunks(usize::from(*piece).max(1) * 7));
    let whole = read(std::iter::once(bytes));
    assert_eq!((&found, &error), (&whole.0, &whole.1), "pieces change nothing");
    let written: Vec<u8> = found.iter().flat_map(|(encoded, _)| encoded.clone()).collect();
    assert!(bytes.starts_with(&written), "what is read is what came");
    let shapes: Vec<(u32, u8)> = found.iter().take(4).map(|(encoded, shape)| (about(encoded.len()), *shape)).collect();
    kind((about(found.len()), error, shapes))
}

type Found = (Vec<(Vec<u8>, u8)>, Option<u8>);

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Found {
    let mut frames = Frames::default();
    let mut found = Vec::new();
    for piece in pieces {
        frames.push(piece);
        loop {
            match frames.next_packet() {
                Ok(Some(packet)) => {
                    let shape = u8::from(packet.id < 0) | u8::from((0..4).contains(&packet.kind)) << 1;
                    found.push((packet.encode(), shape));
                }
                Ok(None) => break,
                Err(error) => return (found, Some(u8::from(error.to_string().contains("NUL")))),
            }
        }
    }
    (found, None)
}
