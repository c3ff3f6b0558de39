//! Servers: the list, and the page of each.

pub mod card;
mod events;
pub mod files;
pub mod frame;
pub mod list;
mod load;
pub mod log;

pub use events::events;
pub use load::card;
