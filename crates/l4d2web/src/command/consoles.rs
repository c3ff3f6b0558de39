use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::NoReply;
use crate::db::{Db, played_servers};
use crate::game::{Command, Rcon, RconPassword, rcon};
use crate::id::{BlueprintId, ServerId};
use crate::play::door;
use crate::servers::spec::Spec;

/// Commands for one server at once.
pub(super) const AT_ONCE: usize = 4;
/// How long a connection is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(20);
/// The longest reply, in bytes: all names that a console with many plug-ins knows.
const BYTES: usize = 4 * 1024 * 1024;
/// Until the console has taken the password.
const CONNECT: Duration = Duration::from_secs(5);

/// A server that runs, and how its console is reached: by what it was started with, since its row may have another password by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its port.
    pub port: u16,
    /// Lets in.
    pub password: RconPassword,
    /// What it is made of.
    pub blueprint: BlueprintId,
    /// Another start is another game.
    pub started_at: Option<i64>,
    secret: String,
}

impl Running {
    /// How a server is reached.
    ///
    /// # Errors
    ///
    /// When it does not run, or it is not known with which password.
    pub async fn of(db: &Db, server: ServerId) -> Result<Self, NoReply> {
        let row = played_servers::running(db, Some(server)).await?.pop().ok_or(NoReply::Down)?;
        let spec = row.started_spec.as_deref().and_then(Spec::parse).ok_or(NoReply::Unknown)?;
        let password = RconPassword::parse(&spec.rcon_password).map_err(|_| NoReply::Unknown)?;
        let port = row.port.unwrap_or(spec.port);
        Ok(Self { port, password, blueprint: row.blueprint, started_at: row.started_at, secret: spec.rcon_password })
    }

    /// The same for a server of the consoles.
    pub(super) async fn of_server(consoles: &Consoles, server: ServerId) -> Result<Self, NoReply> {
        Self::of(&consoles.db, server).await
    }

    /// The password as text, to be taken out of what is shown.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

/// The consoles of all servers on this machine. A connection that has just been used is used again.
#[derive(Debug, Clone)]
pub struct Consoles {
    db: Db,
    slots: Arc<Mutex<HashMap<ServerId, Arc<Slot>>>>,
}

#[derive(Debug)]
struct Slot {
    turns: Semaphore,
    idle: Mutex<Option<Idle>>,
}

#[derive(Debug)]
struct Idle {
    of: Running,
    rcon: Rcon,
    since: Instant,
}

impl Consoles {
    /// Those of the servers of this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, slots: Arc::default() }
    }

    /// Runs a command on a server, and waits for all of its reply, at most `patience`.
    ///
    /// # Errors
    ///
    /// When the server does not run or does not answer.
    pub async fn run(&self, server: ServerId, command: &Command, patience: Duration) -> Result<Vec<u8>, NoReply> {
        let running = Running::of(&self.db, server).await?;
        self.run_on(server, &running, command, patience).await
    }

    /// The same on a server that was looked up.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub async fn run_on(
        &self,
        server: ServerId,
        running: &Running,
        command: &Command,
        patience: Duration,
    ) -> Result<Vec<u8>, NoReply> {
        let slot = self.slot(server);
        let _turn = slot.turns.try_acquire().map_err(|_| NoReply::Busy)?;
        let mut rcon = if let Some(rcon) = slot.idle(running) {
            rcon
        } else {
            let limits = rcon::Limits { connect: CONNECT, reply: patience, bytes: BYTES, ..rcon::Limits::default() };
            door::open(server, running.port, &running.password, &limits).await?
        };
        rcon.wait_at_most(patience);
        let reply = rcon.run(command).await.map_err(NoReply::Rcon)?;
        slot.keep(Idle { of: running.clone(), rcon, since: Instant::now() });
        Ok(reply.bytes)
    }

    fn slot(&self, server: ServerId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody uses goes with the next question, so that no connection outlives its use for long.
        slots.retain(|id, slot| *id == server || slot.is_in_use());
        let new = || Arc::new(Slot { turns: Semaphore::new(AT_ONCE), idle: Mutex::default() });
        slots.entry(server).or_insert_with(new).clone()
    }
}

impl Slot {
    /// The connection that waits, if it is to the same game and still stands.
    fn idle(&self, running: &Running) -> Option<Rcon> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let fresh = idle.of == *running && idle.since.elapsed() < KEPT && idle.rcon.stands();
        fresh.then_some(idle.rcon)
    }

    fn keep(&self, idle: Idle) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(idle);
    }

    fn is_in_use(&self) -> bool {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        self.turns.available_permits() < AT_ONCE || idle.as_ref().is_some_and(|idle| idle.since.elapsed() < KEPT)
    }
}
