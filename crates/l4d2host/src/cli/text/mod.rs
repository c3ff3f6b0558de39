//! How the reading verbs look to a person: short, aligned, and coloured only on a terminal (anstream takes the colours
//! out everywhere else).

mod table;
mod time;

pub(super) use table::Table;
pub(super) use time::{ago, date, now};

use std::fmt::Display;
use std::io::{self, Write};

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use super::CliError;
use crate::state::State;

/// Prints a text that ends with its last newline. A reader who has gone is no error.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(CliError::io("writing to standard output failed")),
    }
}

/// Prints a value as one line of JSON.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let mut text = serde_json::to_string(value).map_err(|error| CliError::io("printing JSON failed")(error.into()))?;
    text.push('\n');
    print(&text)
}

/// Text in a colour.
pub(super) fn paint(text: impl Display, colour: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

/// Text that stands back.
pub(super) fn faint(text: impl Display) -> String {
    let style = Style::new().dimmed();
    format!("{style}{text}{style:#}")
}

/// The colour of a state.
pub(super) fn colour_of(state: State) -> AnsiColor {
    match state {
        State::Running => AnsiColor::Green,
        State::Starting | State::Restarting | State::Stopping => AnsiColor::Yellow,
        State::Failed | State::Unknown => AnsiColor::Red,
        State::Stopped => AnsiColor::BrightBlack,
    }
}
