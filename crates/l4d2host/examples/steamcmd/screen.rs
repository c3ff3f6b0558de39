//! Output as the real one makes it: held back without a terminal, with ANSI resets, `\r`, and lines glued together.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

/// What libc's stdio collects before it writes, when standard output is not a terminal.
const HELD_BACK: usize = 4096;

/// Standard output.
pub(crate) struct Screen {
    live: bool,
    held: RefCell<Vec<u8>>,
}

impl Screen {
    /// `unbuffered` is for tests that have no terminal.
    pub(crate) fn open(unbuffered: bool) -> Self {
        Self { live: unbuffered || io::stdout().is_terminal(), held: RefCell::new(Vec::new()) }
    }

    /// Text without an end of line: whatever comes next is glued to it.
    pub(crate) fn part(&self, text: &str) {
        let mut held = self.held.borrow_mut();
        held.extend_from_slice(text.as_bytes());
        if self.live || held.len() >= HELD_BACK {
            write_out(&mut held);
        }
    }

    /// A line.
    pub(crate) fn line(&self, text: &str) {
        self.part(&format!("{text}\n"));
    }

    /// A line after an ANSI reset.
    pub(crate) fn reset_line(&self, text: &str) {
        self.part(&format!("\u{1b}[0m{text}\n"));
    }

    /// Writes what was held back.
    pub(crate) fn flush(&self) {
        write_out(&mut self.held.borrow_mut());
    }
}

/// Nobody may be listening any more; steamcmd does not care either.
fn write_out(held: &mut Vec<u8>) {
    let mut out = io::stdout().lock();
    let _ignored = out.write_all(held).and_then(|()| out.flush());
    held.clear();
}
