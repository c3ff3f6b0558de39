//! What is fuzzed, with what each reader promises.

mod a2s;
mod mission;
mod rcon;
mod status;
mod vpk;

use std::hash::{DefaultHasher, Hash, Hasher};

use super::mutate::Words;

/// One reader.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) words: Words,
    /// Reads an input, panics when a promise is broken, and tells what kind of outcome it was: an input with a new one is worth going on from.
    pub(crate) run: fn(&[u8]) -> u64,
}

/// All of them.
pub(crate) static TARGETS: [Target; 5] = [
    Target { name: "rcon", words: rcon::WORDS, run: rcon::run },
    Target { name: "a2s", words: a2s::WORDS, run: a2s::run },
    Target { name: "status", words: status::WORDS, run: status::run },
    Target { name: "vpk", words: vpk::WORDS, run: vpk::run },
    Target { name: "mission", words: mission::WORDS, run: mission::run },
];

/// A number for a kind of outcome.
fn kind(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// How much, roughly: every number would be a kind of its own else.
fn about(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}
