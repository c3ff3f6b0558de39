//! `watch`: a line for each change of a unit of ours, from the records that the mount helper replaces at each start and
//! end.
//!
//! A line stands for one record. At first every record that is there is told, after the watch is set: who reads on from
//! there, or asks for all states once before, misses nothing. What leaves no record is not told: a unit that goes from
//! mounted to running, that gives up at the start limit, or that is enabled or disabled.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use serde::Serialize;

use super::wait::{Wake, wait};
use super::{Last, StateError};
use crate::name::InstanceName;
use crate::root::Root;

/// A change of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The record: a unit's name without `.service`, or `left4me-steamcmd` for both passes of an install.
    pub unit: String,
    /// The server's name; none when it is no server's unit.
    pub name: Option<String>,
    /// How it last started and ended.
    #[serde(flatten)]
    pub last: Last,
}

impl Change {
    /// The change that a record tells.
    #[must_use]
    pub fn new(unit: &str, last: Last) -> Self {
        Self { unit: unit.to_owned(), name: server_of(unit).map(|name| name.as_str().to_owned()), last }
    }
}

/// The server whose unit this is.
fn server_of(unit: &str) -> Option<InstanceName> {
    unit.strip_prefix("left4me-server@").and_then(|name| InstanceName::parse(name).ok())
}

/// Writes a line of JSON for each record now, and for each that is replaced from now on, until `output` has no reader.
///
/// # Errors
/// [`StateError::NoRecords`] when the directory of the records is missing or goes away, [`StateError::Io`].
pub fn watch(root: &Root, output: &mut (impl Write + AsFd)) -> Result<(), StateError> {
    let dir = root.last();
    let watching = start(&dir)?;
    let mut changed = recorded(&dir)?;
    loop {
        let mut text = Vec::new();
        for unit in changed.iter().filter_map(|unit| unit.to_str()) {
            let loaded = match server_of(unit) {
                Some(name) => Last::of_server(root, &name),
                None => Last::load(&dir, OsStr::new(unit)),
            };
            if let Some(last) = loaded.map_err(StateError::io("reading", &dir.join(unit)))? {
                text.extend(serde_json::to_vec(&Change::new(unit, last)).unwrap_or_default());
                text.push(b'\n');
            }
        }
        match output.write_all(&text).and_then(|()| output.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other.map_err(StateError::io("writing to", Path::new("standard output")))?,
        }
        match wait(watching.as_fd(), output.as_fd()).map_err(StateError::io("watching", &dir))? {
            Wake::ReaderGone => return Ok(()),
            Wake::Ready => changed = replaced(&watching, &dir)?,
        }
    }
}

fn start(dir: &Path) -> Result<OwnedFd, StateError> {
    let watching =
        inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map_err(StateError::io("watching", dir))?;
    let what = WatchFlags::MOVED_TO | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF | WatchFlags::ONLYDIR;
    match inotify::add_watch(&watching, dir, what) {
        Ok(_) => Ok(watching),
        Err(Errno::NOENT | Errno::NOTDIR) => Err(StateError::NoRecords(dir.to_owned())),
        Err(error) => Err(StateError::io("watching", dir)(error)),
    }
}

/// Every record that is there, sorted. A name with a dot in front is one that is being written.
fn recorded(dir: &Path) -> Result<Vec<std::ffi::OsString>, StateError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(StateError::io("listing", dir))? {
        let name = entry.map_err(StateError::io("listing", dir))?.file_name();
        if is_record(&name) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

fn is_record(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"left4me-")
}

/// The records that were replaced since the last call, each once, in the order of their last change; all when the kernel
/// lost count.
fn replaced(watching: &OwnedFd, dir: &Path) -> Result<Vec<std::ffi::OsString>, StateError> {
    let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
    let mut reader = Reader::new(watching, &mut buffer);
    let mut found: Vec<std::ffi::OsString> = Vec::new();
    loop {
        let event = match reader.next() {
            Ok(event) => event,
            Err(Errno::WOULDBLOCK) => return Ok(found),
            Err(Errno::INTR) => continue,
            Err(error) => return Err(StateError::io("watching", dir)(error)),
        };
        let gone = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED | ReadFlags::UNMOUNT;
        if event.events().intersects(gone) {
            return Err(StateError::NoRecords(dir.to_owned()));
        }
        if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
            return recorded(dir);
        }
        let Some(name) = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes())) else { continue };
        if is_record(name) {
            found.retain(|known| known != name);
            found.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_the_server() {
        let of = |unit: &str| Change::new(unit, Last::default()).name;
        assert_eq!(of("left4me-server@alpha").as_deref(), Some("alpha"));
        assert_eq!(of("left4me-build@3"), None);
        assert_eq!(of("left4me-steamcmd"), None);
        assert_eq!(of("left4me-server@Not a name"), None);
    }
}
