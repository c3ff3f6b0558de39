//! What servers are made of: the rules for arguments and config, line by line, as people type them. Pure. They refuse what `l4d2ctl`
//! would refuse when a server is started, at the moment of typing, and with the line beside it; a list of cases that both crates run
//! keeps them the same.

mod arguments;
mod config;
mod copy_name;
mod name;
mod stack;

pub use arguments::{ARGUMENTS_MAX, check_arguments, words};
pub use config::{CONFIG_MAX, check_config, lines};
pub use copy_name::copy_name;
pub use name::{NAME_MAX, parse_name};
pub use stack::{Move, Place, Stack};

/// Text of several lines as a browser sends it, with the line ends of a file and nothing behind the last line.
#[must_use]
pub fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests;
