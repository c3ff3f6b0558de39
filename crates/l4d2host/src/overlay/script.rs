//! The kind `script`: bash in a unit, on a stack of its own, watched while it runs.

use std::io::{IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};

use super::error::OverlayError;
use super::limits::{Excess, Limits};
use super::unit;
use crate::beneath::{open_dir, remove_tree, replace_file};
use crate::ended::Ended;
use crate::follow::Guard;
use crate::name::{BuildName, OverlayId};
use crate::root::Root;
use crate::systemd::Systemd;
use crate::terminal::escape;
use crate::tree::publish::SCRIPT;

/// Longest line that a terminal is shown as one.
const LINE_MAX: usize = 64 * 1024;

/// Runs the script to its end. The upper layer is whole then, and nothing can write there any more.
pub(super) fn run(
    root: &Root,
    id: &OverlayId,
    upper: BorrowedFd<'_>,
    text: &str,
    limits: &Limits,
    systemd: &impl Systemd,
) -> Result<(), OverlayError> {
    let dir = root.build(&BuildName::Overlay(id.clone()));
    let handle = open_dir(&dir).map_err(OverlayError::io("opening", &dir))?;
    replace_file(handle.as_fd(), SCRIPT, text.as_bytes(), 0o600)
        .map_err(OverlayError::io("writing", dir.join(SCRIPT)))?;
    limits.room(root.path()).map_err(OverlayError::io("reading the free space of", root.path()))??;
    let mut excess: Option<Result<Excess, std::io::Error>> = None;
    let mut look = || {
        excess = match limits.look(root.path(), upper) {
            Ok(Ok(())) => None,
            Ok(Err(excess)) => Some(Ok(excess)),
            Err(error) => Some(Err(error)),
        };
        excess.is_none()
    };
    let mut screen = Screen::new();
    let guard = Guard { log_max: limits.max_output, look: &mut look };
    let ended = unit::run(root, id, &mut |bytes| screen.show(bytes), guard);
    screen.finish();
    // It has run: nothing is to run it again.
    remove_tree(handle.as_fd(), SCRIPT).map_err(OverlayError::io("removing", dir.join(SCRIPT)))?;
    // The root program that waited for the unit may have been killed.
    if !matches!(ended, Ok(Ended::Code(0))) {
        unit::stop_leftover(root, systemd, id)?;
    }
    let ended = ended?;
    let mounted = unit::mounted(root, id);
    if mounted.exists() {
        return Err(OverlayError::StillMounted(mounted));
    }
    match excess {
        Some(Ok(excess)) => return Err(excess.into()),
        Some(Err(error)) => return Err(OverlayError::io("counting what is in", dir.join("upper"))(error)),
        None => {}
    }
    match ended {
        Ended::Code(0) => Ok(()),
        Ended::Code(code) => Err(OverlayError::Script(code)),
        Ended::Killed => Err(OverlayError::Stopped),
        Ended::TimedOut => Err(OverlayError::TimedOut),
        Ended::OutOfMemory => Err(OverlayError::OutOfMemory),
        Ended::NeverRan(code) => Err(OverlayError::NotStarted(id.clone(), code)),
    }
}

/// What the script prints, on its way to whoever called us: as it is, and on a terminal without what that would obey.
struct Screen {
    terminal: bool,
    /// On a terminal, the line that is not complete.
    line: Vec<u8>,
    /// Elsewhere, whether the last line is complete.
    ended: bool,
}

impl Screen {
    fn new() -> Self {
        Self { terminal: std::io::stdout().is_terminal(), line: Vec::new(), ended: true }
    }

    fn show(&mut self, bytes: &[u8]) {
        if !self.terminal {
            self.ended = bytes.last().is_none_or(|byte| *byte == b'\n');
            return print(bytes);
        }
        for byte in bytes {
            if *byte == b'\n' || self.line.len() >= LINE_MAX {
                self.print_line();
            }
            if *byte != b'\n' {
                self.line.push(*byte);
            }
        }
    }

    fn print_line(&mut self) {
        let text = String::from_utf8_lossy(&self.line);
        print(format!("{}\n", escape(&text, &['\t'])).as_bytes());
        self.line.clear();
    }

    /// Ends the last line.
    fn finish(&mut self) {
        if !self.line.is_empty() {
            self.print_line();
        }
        if !self.ended {
            print(b"\n");
        }
    }
}

fn print(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // Nobody reads: there is nobody to tell.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}
