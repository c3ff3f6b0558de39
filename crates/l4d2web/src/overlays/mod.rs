//! What servers are laid upon the game: how overlays are called. Making them is not done here.

mod kind;
mod reference;

pub use kind::Kind;
pub use reference::{overlap, parse_reference};
