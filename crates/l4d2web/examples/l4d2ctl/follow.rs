//! Waiting for a change below a path, and noticing that nobody reads any more.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// What ended a wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Woken {
    /// Something changed, or the time is over.
    Look,
    /// Whoever read our output has gone.
    ReaderGone,
}

/// A watched file or directory.
pub(crate) struct Followed(OwnedFd);

impl Followed {
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let watching = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        inotify::add_watch(&watching, path, WatchFlags::MOVED_TO | WatchFlags::MODIFY | WatchFlags::DELETE_SELF)?;
        Ok(Self(watching))
    }

    /// Waits for a change, at most so long.
    pub(crate) fn wait(&self, at_most: Option<Duration>) -> io::Result<Woken> {
        let stdout = io::stdout();
        let mut fds = [
            PollFd::from_borrowed_fd(self.0.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::empty()),
        ];
        let time = at_most.and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut fds, time.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if fds[1].revents().intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL) {
            return Ok(Woken::ReaderGone);
        }
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        while reader.next().is_ok() {}
        Ok(Woken::Look)
    }
}
