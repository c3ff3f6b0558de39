//! The console of a server: a line for commands, what they came to, and the log beside it.

mod entry;
mod run;
mod show;

pub use run::run_command;
pub use show::console;
