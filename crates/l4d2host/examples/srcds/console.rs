//! Standard output, a line at a time. Nobody may be reading it; a server does not die of that.

use std::io::{self, Write};

/// Prints one line.
pub(crate) fn line(text: &str) {
    let mut out = io::stdout().lock();
    let _ignored = writeln!(out, "{text}").and_then(|()| out.flush());
}
