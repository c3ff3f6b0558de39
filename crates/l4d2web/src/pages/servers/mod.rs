//! Servers: the list, and the page of each.

mod act;
mod at;
mod board;
pub mod card;
pub mod cards;
mod create;
mod delete;
mod events;
pub mod files;
pub mod frame;
pub mod list;
mod list_events;
mod listing;
pub mod load;
pub mod log;
mod no_game;
mod people;
pub mod played;
pub mod players;
mod rcon;
mod settings;
mod summary;

pub use act::{accept, reset, restart, start, stop};
pub use at::At;
pub use board::Board;
pub use create::create;
pub use delete::delete;
pub use events::events;
pub use list_events::list_events;
pub use load::card;
pub use people::{hand_over, share, unshare};
pub use players::{avatar, players};
pub use rcon::{reveal, rotate};
pub use settings::{save_settings, settings};
