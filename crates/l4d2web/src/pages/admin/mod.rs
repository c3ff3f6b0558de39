//! Pages for admins.

mod check_game;
mod events;
mod install;
mod overview;
mod parts;
pub mod users;

pub use check_game::check_game;
pub use events::events;
pub use install::install;
pub use overview::overview;
