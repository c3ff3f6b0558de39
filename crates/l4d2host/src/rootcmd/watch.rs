//! Whether anybody still waits for a program that we started.
//!
//! Standard input is a pipe from whoever asked: when they die, by whatever signal, it ends. A signal to ourselves
//! means the same: systemd sends one to the whole control group when it stops the web.

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io;
use std::process::Child;
use std::time::Duration;

/// Watches standard input and the signals that would end this process. Programs started later get them as ever.
pub(super) struct Watch(SignalFd);

impl Watch {
    /// Begins to watch; from now on those signals end nothing.
    pub(super) fn begin() -> io::Result<Self> {
        let signals: SigSet = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
        signals.thread_block()?;
        Ok(Self(SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC)?))
    }

    /// Waits for the child, and returns its exit code; or nothing when nobody waits for that any more, or when a
    /// signal ended the child, which then says nothing about what it was to do.
    pub(super) fn wait_for(&self, child: &mut Child) -> io::Result<Option<u8>> {
        let (ended, input) = (pidfd(child)?, io::stdin());
        loop {
            let mut watched = [
                PollFd::new(&ended, PollFlags::IN),
                PollFd::new(&self.0, PollFlags::IN),
                PollFd::new(&input, PollFlags::IN),
            ];
            retry(|| poll(&mut watched, None))?;
            let [child_ended, signal_came, input_ready] = watched.map(|one| !one.revents().is_empty());
            if child_ended {
                let code = child.wait()?.code();
                return Ok(code.and_then(|code| u8::try_from(code).ok()));
            }
            if signal_came || (input_ready && at_end(&input)?) {
                return Ok(None);
            }
        }
    }
}

/// Waits for the child so long, and says whether it has ended.
pub(super) fn ends_within(child: &mut Child, patience: Duration) -> io::Result<bool> {
    // One that was waited for before has no number of its own any more.
    if child.try_wait()?.is_some() {
        return Ok(true);
    }
    let ended = pidfd(child)?;
    let patience = Timespec { tv_sec: patience.as_secs().cast_signed(), tv_nsec: patience.subsec_nanos().into() };
    retry(|| poll(&mut [PollFd::new(&ended, PollFlags::IN)], Some(&patience)))?;
    Ok(child.try_wait()?.is_some())
}

/// Reads what stands in standard input, which means nothing, and says whether it was the end.
fn at_end(input: impl AsFd) -> Result<bool, Errno> {
    retry(|| rustix::io::read(input.as_fd(), &mut [0_u8; 4096])).map(|length| length == 0)
}

fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            outcome => return outcome,
        }
    }
}

fn pidfd(child: &Child) -> Result<OwnedFd, Errno> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
    pidfd_open(pid, PidfdFlags::empty())
}
