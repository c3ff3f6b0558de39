//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use crate::account::{Limits, Passwords, Sessions};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::live::Bus;

/// The parts of the panel; a cheap copy.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// See [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// What tells open pages of changes.
    pub bus: Bus,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Who is logged in.
    pub sessions: Sessions,
    /// How often passwords may be tried.
    pub limits: Limits,
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, db: Db, clock: Clock, passwords: Passwords) -> Self {
        let sessions = Sessions::new(db.clone(), clock.clone(), config.secure_cookies);
        let limits = Limits::new(&clock);
        Self(Arc::new(Parts { config, db, clock, bus: Bus::new(), passwords, sessions, limits }))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
