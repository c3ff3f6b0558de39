//! Waiting for something to read, and noticing meanwhile that nobody reads what we write: a silent server's log must not
//! keep processes alive whose reader has gone.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// There is something to read, or its end.
    Ready,
    /// Whoever read our output has gone.
    ReaderGone,
}

/// Waits until `source` can be read or the reader of `output` has gone; the latter goes first.
///
/// # Errors
/// What poll(2) says.
pub(super) fn wait(source: BorrowedFd<'_>, output: BorrowedFd<'_>) -> io::Result<Wake> {
    let gone = PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL;
    let mut fds = [
        PollFd::from_borrowed_fd(source, PollFlags::IN),
        // Nothing is asked for: errors and a hangup are always told.
        PollFd::from_borrowed_fd(output, PollFlags::empty()),
    ];
    loop {
        match poll(&mut fds, None) {
            Ok(_) if fds[1].revents().intersects(gone) => return Ok(Wake::ReaderGone),
            Ok(_) if !fds[0].revents().is_empty() => return Ok(Wake::Ready),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_reader_that_has_gone_ends_the_wait_for_a_silent_source() {
        let (source, _writer) = rustix::pipe::pipe().unwrap();
        let (reader, output) = rustix::pipe::pipe().unwrap();
        drop(reader);
        assert_eq!(wait(source.as_fd(), output.as_fd()).unwrap(), Wake::ReaderGone);
    }

    #[test]
    fn data_and_its_end_are_ready() {
        let (source, writer) = rustix::pipe::pipe().unwrap();
        let (_reader, output) = rustix::pipe::pipe().unwrap();
        rustix::io::write(&writer, b"x").unwrap();
        assert_eq!(wait(source.as_fd(), output.as_fd()).unwrap(), Wake::Ready);
        rustix::io::read(&source, &mut [0; 8]).unwrap();
        drop(writer);
        assert_eq!(wait(source.as_fd(), output.as_fd()).unwrap(), Wake::Ready);
    }
}
