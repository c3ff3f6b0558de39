//! Why a query was not answered.

use std::io;
use std::time::Duration;

/// Why a query was not answered. The message is a clause about “it”, the server.
#[derive(Debug, thiserror::Error)]
pub enum A2sError {
    /// Nobody listens, or there is no way there.
    #[error("its port cannot be reached: {0}")]
    Unreachable(io::Error),
    /// Nothing came in time. One alone means nothing: servers limit how often they answer.
    #[error("it did not answer a query within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// It asked for one proof of the address after another.
    #[error("it answers queries with nothing but challenges")]
    Challenges,
    /// Too much that was not asked for.
    #[error("it answers a query with packets that were not asked for")]
    Flood,
    /// The answer cannot be read.
    #[error("its answer to a query cannot be read: {0}")]
    Malformed(#[from] Malformed),
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It ends too early.
    #[error("it is cut off")]
    Cut,
    /// It begins with another letter.
    #[error("it is of kind 0x{0:02x}")]
    Kind(u8),
    /// Compressed ones are not of this game.
    #[error("it is compressed")]
    Compressed,
    /// It is put together from more than is read.
    #[error("it is larger than what is read")]
    Large,
    /// The parts of an answer contradict one another.
    #[error("its parts do not fit together")]
    Parts,
}
