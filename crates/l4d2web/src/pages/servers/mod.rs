//! Servers: the list, and the page of each.

mod act;
pub mod card;
pub mod cards;
mod create;
mod delete;
pub mod frame;
pub mod list;
pub mod load;
mod people;
mod settings;

pub use act::{accept, reset, restart, start, stop};
pub use create::create;
pub use delete::delete;
pub use people::{hand_over, share, unshare};
pub use settings::{save_settings, settings};
