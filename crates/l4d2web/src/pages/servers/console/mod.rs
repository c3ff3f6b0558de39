//! The console of a server: a line for commands, what they came to, and the log beside it.

mod entry;
mod hints;
mod run;
mod show;

pub(super) use hints::console_fragments;
pub use run::run_command;
pub use show::console;
