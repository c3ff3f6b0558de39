//! The Files tab of a server: what it sees. Read only.

mod download;
mod show;

pub use download::download;
pub use show::show;
