//! The panel's log: lines on standard error, for the journal with the level in front that it reads (sd-daemon(3)), for people with the time
//! and a word. What stands in a line is escaped, so that nobody's name or path can begin a line of its own.

mod line;
mod panic;

use rustix::fs::fstat;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Config;
use line::{Lines, Reader};

/// Begins to log, and makes a panic end the process.
pub fn start(config: &Config) {
    let reader = if is_journal(config.journal_stream.as_deref()) {
        Reader::Journal
    } else {
        Reader::Person { colour: std::io::IsTerminal::is_terminal(&std::io::stderr()) }
    };
    let lines = tracing_subscriber::fmt::layer().event_format(Lines(reader)).with_writer(std::io::stderr);
    // A second start (in a test) keeps the first.
    let _ = tracing_subscriber::registry().with(config.log.clone()).with(lines).try_init();
    panic::end_the_process();
}

/// What stands in front of the sentence that a verb fails with: the level when the journal reads it, else nothing.
#[must_use]
pub fn level_of_a_failure(config: &Config) -> &'static str {
    if is_journal(config.journal_stream.as_deref()) { "<3>" } else { "" }
}

/// Whether standard error is the journal: systemd names its device and inode.
fn is_journal(stream: Option<&str>) -> bool {
    let Some((device, inode)) = stream.and_then(|stream| stream.split_once(':')) else { return false };
    fstat(std::io::stderr()).is_ok_and(|here| device.parse() == Ok(here.st_dev) && inode.parse() == Ok(here.st_ino))
}
