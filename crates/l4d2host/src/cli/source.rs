//! The file that `-f` names: opened as whoever calls, before l4d2ctl becomes the owner of the root directory.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::CliError;
use crate::beneath::read_bounded;

/// An open file, or standard input.
pub(super) struct Source {
    /// How it is called in messages.
    pub(super) shown: String,
    reader: Box<dyn Read>,
}

impl Source {
    /// Opens a file, never waiting for the other end of a fifo; `-` is standard input. `what` it is, such as `spec`, is for
    /// messages.
    pub(super) fn open(what: &str, path: &Path) -> Result<Self, CliError> {
        if path.as_os_str() == "-" {
            return Ok(Self { shown: "standard input".to_owned(), reader: Box::new(io::stdin()) });
        }
        let shown = path.display().to_string();
        let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = File::options()
            .read(true)
            .custom_flags(nonblock)
            .open(path)
            .map_err(CliError::io(format!("{what} {shown} cannot be opened")))?;
        let regular = file.metadata().map_err(CliError::io(format!("{what} {shown} cannot be read")))?.is_file();
        if !regular {
            let kind = io::Error::new(io::ErrorKind::InvalidInput, "give a regular file, or - for standard input");
            return Err(CliError::Io { what: format!("{what} {shown} is not a regular file"), source: kind });
        }
        Ok(Self { shown, reader: Box::new(file) })
    }

    /// Reads it; of one that is longer than `max` bytes only as much as shows that.
    pub(super) fn read(self, max: u64) -> Result<Vec<u8>, CliError> {
        match read_bounded(self.reader, max) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Ok(vec![b'#'; usize::try_from(max).unwrap_or(usize::MAX).saturating_add(1)])
            }
            other => other.map_err(CliError::io(format!("reading {} failed", self.shown))),
        }
    }
}
