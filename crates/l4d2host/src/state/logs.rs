//! `logs`: a server's journal, through `left4me-journalctl`, since only root reads the journal of system units.
//!
//! The child cannot be killed (it is root's). It ends when its pipe does: journalctl notices a closed output by itself,
//! and so does not outlive us, however we end.

use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;

use super::entry::Entry;
use super::lines::Lines;
use super::wait::{Wake, wait};
use super::{StateError, names};
use crate::name::InstanceName;
use crate::process::{ProcessError, Tool};
use crate::report::warn;
use crate::root::Root;
use crate::systemd::root_program;
use crate::terminal::escape;

/// Which lines, and how they are printed.
#[derive(Debug, Clone, Copy)]
pub struct LogOptions {
    /// How many of the newest lines to begin with.
    pub lines: u32,
    /// Whether to go on with each new line.
    pub follow: bool,
    /// Whether to print JSON (`cursor`, `time_us`, `line`) in place of the line alone.
    pub json: bool,
}

/// Prints a server's log; with `follow` until standard output has no reader any more.
///
/// # Errors
/// [`StateError::Missing`] when there is no such server, [`StateError::Process`] with journalctl's own exit code.
pub fn logs(root: &Root, name: &InstanceName, options: LogOptions) -> Result<(), StateError> {
    if !names(root)?.contains(name) {
        return Err(StateError::Missing(name.clone()));
    }
    let follow = if options.follow { "--follow" } else { "--no-follow" };
    let tool = root_program("left4me-journalctl", &[name.as_str(), "--lines", &options.lines.to_string(), follow]);
    let mut child = tool.spawn(false)?;
    let Some(mut journal) = child.stdout.take() else { return Ok(()) };
    let copied = copy(&mut journal, options.json);
    drop(journal);
    match copied {
        Ok(Wake::Ready) => Ok(tool.judge(child.wait().map_err(|source| output_error(&tool, source))?)?),
        Ok(Wake::ReaderGone) => Ok(()),
        Err(source) => Err(output_error(&tool, source).into()),
    }
}

fn output_error(tool: &Tool, source: io::Error) -> ProcessError {
    ProcessError::Output { argv: tool.argv(), source }
}

/// Copies until the journal ends or nobody reads; says which.
fn copy(journal: &mut (impl Read + AsFd), json: bool) -> io::Result<Wake> {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let mut lines = Lines::default();
    let mut chunk = vec![0_u8; 64 * 1024];
    loop {
        if wait(journal.as_fd(), stdout.as_fd())? == Wake::ReaderGone {
            return Ok(Wake::ReaderGone);
        }
        let length = journal.read(&mut chunk)?;
        if length == 0 {
            return Ok(Wake::Ready);
        }
        let mut text = Vec::new();
        lines.feed(&chunk[..length], |line| match line.and_then(|line| Entry::parse(line).ok()) {
            Some(entry) if json => {
                text.extend(serde_json::to_vec(&entry).unwrap_or_default());
                text.push(b'\n');
            }
            Some(Entry { line, .. }) => {
                let line = if terminal { escape(&line, &['\t', '\n']) } else { line.as_str().into() };
                text.extend_from_slice(line.as_bytes());
                text.push(b'\n');
            }
            None => {
                warn("journalctl printed something that is not an entry, or one of more than 16 MiB: it is left out");
            }
        });
        let mut out = stdout.lock();
        match out.write_all(&text).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Wake::ReaderGone),
            other => other?,
        }
    }
}
