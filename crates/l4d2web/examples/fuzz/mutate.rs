//! Changes an input: flipped bits, other numbers, pieces put in, taken out, doubled, or taken from another input.

use super::random::Random;

/// Numbers at which readers go wrong.
const NUMBERS: [u32; 12] =
    [0, 1, 9, 10, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
/// Bytes that mean something in one of the formats.
const BYTES: [u8; 12] = [0, 1, 0xff, 0xfe, 0x80, b'"', b'\n', b'#', b' ', b'{', b'}', b':'];

/// What inputs of a target are made of.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Pieces that its format knows.
    pub(crate) tokens: &'static [&'static [u8]],
    /// The longest input.
    pub(crate) longest: usize,
}

/// Another input, made from one and perhaps a second.
pub(crate) fn mutate(random: &mut Random, input: &[u8], other: &[u8], words: Words) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..1 << random.below(4) {
        once(random, &mut bytes, other, words);
    }
    bytes.truncate(words.longest);
    bytes
}

fn once(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8], words: Words) {
    let at = random.below(bytes.len() + 1);
    match random.below(10) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            let new = if random.below(2) == 0 { random.byte() } else { *random.pick(&BYTES) };
            if let Some(byte) = bytes.get_mut(at) {
                *byte = new;
            }
        }
        2 => {
            let (size, number) = ([1, 2, 4][random.below(3)], random.pick(&NUMBERS).to_le_bytes());
            if let Some(place) = bytes.get_mut(at..at + size) {
                place.copy_from_slice(&number[..size]);
            }
        }
        3 => {
            let token = *random.pick(words.tokens);
            put(bytes, at, token);
        }
        4 => {
            let token = *random.pick(words.tokens);
            if let Some(place) = bytes.get_mut(at..at + token.len()) {
                place.copy_from_slice(token);
            }
        }
        5 => {
            let piece = piece(random, bytes);
            bytes.drain(piece);
        }
        6 => {
            let copy = bytes[piece(random, bytes)].to_vec();
            put(bytes, at, &copy);
        }
        7 => {
            // Much of the same.
            let copy = bytes[piece(random, bytes)].to_vec();
            let times = random.below(words.longest / copy.len().max(1) + 1).min(300);
            put(bytes, at, &copy.repeat(times));
        }
        8 => {
            let copy = &other[piece(random, other)];
            put(bytes, at, copy);
        }
        _ => {
            bytes.truncate(at);
            let from = random.below(other.len() + 1);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Mostly a short one.
fn piece(random: &mut Random, bytes: &[u8]) -> std::ops::Range<usize> {
    let from = random.below(bytes.len() + 1);
    let most = bytes.len() - from;
    let most = if random.below(4) == 0 { most } else { most.min(32) };
    from..from + random.below(most + 1)
}
