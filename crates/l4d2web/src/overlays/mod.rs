//! What servers are laid upon the game: how overlays are called, what a build of one is told, how one stands, and how much somebody may have
//! of them. What each kind is made of is kept elsewhere.

pub mod build;
mod kind;
mod reference;
mod room;
pub mod script;
mod stand;

pub use build::Build;
pub use kind::Kind;
pub use reference::{overlap, parse_reference};
pub use room::Room;
pub use stand::{OpenBuild, Stand};
