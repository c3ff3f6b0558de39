//! The stand-ins for steamcmd and srcds, proven against what the real ones are known to do.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test starts the programs that it tests, and panics when they fail"
)]

mod clients;
mod control;
mod install;
mod lifecycle;
mod order;
pub(crate) mod server;
mod srcds;
pub(crate) mod steamcmd;
