//! How long a server may take, and how much it may say.

use std::time::Duration;

/// How long a server may take, and how much it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection is there and the password taken.
    pub connect: Duration,
    /// Until the last byte of a reply, however it trickles in.
    pub reply: Duration,
    /// How long nothing more comes, when a server has answered and does not return the end mark, until the reply is taken for whole.
    pub quiet: Duration,
    /// The longest reply, in bytes.
    pub bytes: usize,
}

impl Default for Limits {
    /// For a person who waits, and for a server that is on the same machine.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            reply: Duration::from_secs(5),
            quiet: Duration::from_millis(700),
            bytes: 1024 * 1024,
        }
    }
}
