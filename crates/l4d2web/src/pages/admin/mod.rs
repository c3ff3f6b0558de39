//! Pages for admins.

mod check_game;
mod install;
mod overview;
pub mod users;

pub use check_game::check_game;
pub use install::install;
pub use overview::overview;
