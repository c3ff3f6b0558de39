//! How servers are reached.

use std::future::Future;
use std::time::Duration;

use super::door;
use crate::game::{Command, Rcon, RconError, RconPassword, rcon};
use crate::id::ServerId;

/// A way to the consoles of servers.
pub trait Lines: Clone + Send + Sync + 'static {
    /// A connection to one.
    type Line: Line;

    /// Connects to the server, which has that port.
    fn open(
        &self,
        server: ServerId,
        port: u16,
        password: &RconPassword,
    ) -> impl Future<Output = Result<Self::Line, RconError>> + Send;
}

/// A connection to a console. After an error it is given up.
pub trait Line: Send + 'static {
    /// Runs a command, and waits for the reply.
    fn ask(&mut self, command: &Command) -> impl Future<Output = Result<Vec<u8>, RconError>> + Send;
}

/// Until the console has taken the password.
const CONNECT: Duration = Duration::from_secs(10);
/// Until a reply is there: a server that changes its map answers only after that, 40 s at most. As long as it has not, nothing more is asked.
const REPLY: Duration = Duration::from_secs(50);
/// The longest reply: 64 players with the longest lines.
const BYTES: usize = 64 * 1024;

/// The consoles of servers on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local;

impl Lines for Local {
    type Line = Rcon;

    async fn open(&self, server: ServerId, port: u16, password: &RconPassword) -> Result<Rcon, RconError> {
        let limits = rcon::Limits { connect: CONNECT, reply: REPLY, bytes: BYTES, ..rcon::Limits::default() };
        door::open(server, port, password, &limits).await
    }
}

impl Line for Rcon {
    async fn ask(&mut self, command: &Command) -> Result<Vec<u8>, RconError> {
        Ok(self.run(command).await?.bytes)
    }
}
