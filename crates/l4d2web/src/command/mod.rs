//! Doing something about a game that runs: commands of its console, another map, mode and difficulty, and who may not come.
//!
//! [`Consoles`] reaches consoles; [`act`] does what pages ask for and records it; [`change`] changes what is played and reads it back; [`bans`] keeps
//! bans across restarts. What servers say is foreign: [`shown`] makes it fit to be seen, and [`secrets`] takes out what nobody may read.

pub mod act;
mod addons;
pub mod bans;
pub mod change;
mod consoles;
pub mod danger;
mod map_name;
mod no_reply;
pub mod offer;
mod rate;
pub mod secrets;
mod shown;
mod who;
pub mod words;

pub use addons::{Addons, atlas};
pub use change::{Busy, Changes};
pub use consoles::{Consoles, Running};
pub use danger::Danger;
pub use map_name::{MapName, MapNameError};
pub use no_reply::NoReply;
pub use rate::Rate;
pub use shown::shown;
pub use who::Who;
pub use words::Words;

use crate::clock::Clock;
use crate::db::Db;

/// What all that is done to games shares.
#[derive(Debug)]
pub struct Controls {
    /// The consoles.
    pub consoles: Consoles,
    /// Changes that are under way.
    pub changes: Changes,
    /// Maps that servers have besides those of the game and of the Workshop.
    pub addons: Addons,
    /// What consoles know.
    pub words: Words,
    /// Who tells games their bans.
    pub tellers: bans::Tellers,
    /// How often commands may come.
    pub rate: Rate,
}

impl Controls {
    /// Nothing is under way.
    #[must_use]
    pub fn new(db: Db, clock: &Clock) -> Self {
        Self {
            consoles: Consoles::new(db),
            changes: Changes::default(),
            addons: Addons::default(),
            words: Words::default(),
            tellers: bans::Tellers::default(),
            rate: Rate::new(clock),
        }
    }
}
