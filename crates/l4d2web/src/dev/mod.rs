//! What `l4d2web dev` needs besides the panel: the sources under watch, and something to look at in the database. Not part of what is
//! installed.

pub mod seed;
mod sources;

pub use seed::seed;
pub use sources::Sources;
