//! The game as it is spoken to: RCON, queries, and what its answers mean. No state is kept here, and nothing is written.
//!
//! Whatever a server sends is foreign: names and chat are written by players, and a server may run anything. Every reader here takes any bytes,
//! keeps to its bounds, and never panics.

pub mod a2s;
mod campaign;
mod difficulty;
mod mode;
mod official;
mod player_name;
pub mod rcon;
mod stats;
mod status;
mod steam_id;
mod text;
mod variable;

pub use campaign::{Atlas, Campaign, Place};
pub use difficulty::Difficulty;
pub use mode::Mode;
pub use player_name::PlayerName;
pub use rcon::{Command, Rcon, RconError, RconPassword};
pub use stats::Stats;
pub use status::{Identity, Player, Status, StatusError};
pub use steam_id::SteamId;
pub use variable::{Variable, VariableError};
