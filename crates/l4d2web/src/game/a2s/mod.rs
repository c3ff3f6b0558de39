//! Queries over UDP (Valve's “Server Queries”): what everybody may ask of a server.
//!
//! A server limits how often it answers: one query without an answer means nothing. Bound to all addresses it does not answer what is sent to
//! 127.0.0.1: its interface's address must be asked.

mod assemble;
mod error;
mod info;
mod players;
mod query;
mod reader;
mod rules;

pub use assemble::{Assembly, Taken};
pub use error::{A2sError, Malformed};
pub use info::Info;
pub use players::{Players, Visitor};
pub use query::{Limits, info, players, rules};
pub use rules::Rules;
