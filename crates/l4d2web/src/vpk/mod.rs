//! What is in a VPK, the archive in which add-ons for the game come: read from its directory, without unpacking anything.
//!
//! The files come from strangers. Everything is bounded, nothing in one is believed before it is checked against the file's own length, and no
//! file beside it is ever opened: an archive in several files is refused.

mod contents;
mod directory;
mod entry;
mod error;
mod keyvalues;
mod mission;
mod text;

pub use contents::Contents;
pub use directory::Directory;
pub use entry::Entry;
pub use error::VpkError;
pub use mission::{Chapter, Mission};
