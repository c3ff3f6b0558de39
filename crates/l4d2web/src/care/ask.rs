//! Asking a server itself, on a connection of its own.

use crate::db::Db;
use crate::db::played_servers;
use crate::game::{Command, RconError, RconPassword, Status, rcon};
use crate::id::ServerId;
use crate::play::door;
use crate::servers::spec::Spec;

/// Why a server was not asked, or gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("it does not run")]
    Down,
    #[error("its RCON password is not known: it was started by somebody else")]
    Unknown,
    #[error(transparent)]
    Rcon(#[from] RconError),
    #[error("what it says is not understood")]
    Odd,
    #[error("the database cannot be used ({0})")]
    Database(#[from] sqlx::Error),
}

/// Whom a restart would throw out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crowd {
    /// People on it, without bots.
    pub(super) humans: u32,
    /// Whether a lobby holds it: its people come in a moment, or never.
    pub(super) held: bool,
}

/// Who plays on a server, as it says now.
///
/// # Errors
///
/// Why it does not say, a clause.
pub(super) async fn crowd(db: &Db, server: ServerId) -> Result<Crowd, String> {
    let asked = async {
        let reply = run(db, server, "status").await?;
        let status = Status::parse(&reply).map_err(|_| Trouble::Odd)?;
        Ok::<_, Trouble>(Crowd { humans: status.humans, held: status.reserved.is_some() })
    };
    asked.await.map_err(|trouble| trouble.to_string())
}

/// Says something to all who play on a server.
///
/// # Errors
///
/// Why it could not be said, a clause.
pub(super) async fn say(db: &Db, server: ServerId, words: &str) -> Result<(), String> {
    let command = Command::with("say", &[words]).map_err(|error| error.to_string())?;
    run(db, server, command.as_str()).await.map(drop).map_err(|trouble| trouble.to_string())
}

/// What it answers to a command.
pub(super) async fn run(db: &Db, server: ServerId, line: &str) -> Result<Vec<u8>, Trouble> {
    let running = played_servers::running(db, Some(server)).await?.pop().ok_or(Trouble::Down)?;
    let spec = running.started_spec.as_deref().and_then(Spec::parse).ok_or(Trouble::Unknown)?;
    let password = RconPassword::parse(&spec.rcon_password).map_err(|_| Trouble::Unknown)?;
    let port = running.port.unwrap_or(spec.port);
    let mut console = door::open(server, port, &password, &rcon::Limits::default()).await?;
    let command = Command::parse(line).map_err(|_| Trouble::Odd)?;
    Ok(console.run(&command).await?.bytes)
}
