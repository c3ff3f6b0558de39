//! What can go wrong with a console.

use std::io;
use std::time::Duration;

use super::PacketError;

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The connection.
    Connection,
    /// The answer to the password.
    Password,
    /// The reply to a command.
    Reply,
}

/// Why a console did not answer. The message is a clause about “it”, the server, and holds nothing of what it sent.
#[derive(Debug, thiserror::Error)]
pub enum RconError {
    /// Nobody listens, or there is no way there.
    #[error("its console cannot be reached: {0}")]
    Unreachable(io::Error),
    /// Somebody else listens there, and was not shown the password.
    #[error(
        "its port is not its own: it is starting or ending, or another program has the port; the RCON password was not sent"
    )]
    Stranger,
    /// The password is another.
    #[error("it does not take the RCON password: it runs with another one until it is started again")]
    Refused,
    /// It closed the connection before it looked at the password.
    #[error("it closes the connection to its console at once: it has banned this address, or it is ending")]
    Banned,
    /// It closed the connection later.
    #[error("it closed the connection to its console")]
    Closed,
    /// Nothing came in time.
    #[error("its console did not answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// What was waited for.
        waiting: Stage,
        /// How long.
        after: Duration,
    },
    /// It said what no server says.
    #[error("it does not speak RCON as it should: {0}")]
    Broken(Breach),
    /// More than is read.
    #[error("its reply is longer than {0} bytes")]
    Long(usize),
    /// An earlier command failed or was given up, so that what comes next on the connection may be its reply.
    #[error("the connection to its console is spent: it must be made again")]
    Spent,
}

/// What no server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// What can be no packet.
    #[error(transparent)]
    Packet(#[from] PacketError),
    /// A packet that belongs to nothing that was asked.
    #[error("a packet has the number {0}, which was not asked for")]
    Number(i32),
    /// A packet of a kind that cannot come.
    #[error("a packet is of kind {0}")]
    Kind(i32),
    /// More packets than any reply has.
    #[error("there is no end to its packets")]
    Flood,
}

impl RconError {
    /// Whether it may only be changing its map: it answers nothing for 10 to 40 seconds then, and connections are still made.
    #[must_use]
    pub fn may_be_map_change(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// Whether another connection may help at once.
    #[must_use]
    pub fn wants_reconnect(&self) -> bool {
        matches!(self, Self::Closed | Self::Spent)
    }
}
