//! One child with all that it starts: made in a process group of its own, and gone with its owner.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncWriteExt, Interest};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::{Call, Exit, HostError, Inner};

/// A running `l4d2ctl` and its descendants. Dropped before it is reaped, it is killed with them.
///
/// The child stays a zombie until [`Tree::reap`]: as long as it does, its number is not given to another process, and a
/// signal for its group reaches nobody else.
#[derive(Debug)]
pub(super) struct Tree {
    /// None once it is reaped, or left to `dying`.
    child: Option<Child>,
    group: Pid,
    ended: AsyncFd<OwnedFd>,
    dying: TaskTracker,
}

/// The ends of the child's output that are ours.
pub(super) struct Pipes {
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

impl Tree {
    /// Starts `l4d2ctl` with only the environment, input and arguments that the call has.
    pub(super) fn spawn(host: &Inner, call: &Call) -> Result<(Self, Pipes), HostError> {
        if call.has_nul() {
            return Err(HostError::Nul { verb: call.verb() });
        }
        let mut command = Command::new(&host.program);
        command.args(call.argv()).env_clear().envs(host.environment.iter().cloned()).env("LANG", "C.UTF-8");
        command.stdin(if call.input().is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let mut child = command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => HostError::NotFound { program: host.program.clone() },
            _ => HostError::Spawn { program: host.program.clone(), source },
        })?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), call.input()) {
            let input = input.to_owned();
            // A child that does not read all of it ends, and then says why.
            tokio::spawn(async move { stdin.write_all(&input).await });
        }
        let failed = HostError::io(call.verb());
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(failed(io::Error::other("it has no output")));
        };
        let number = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let Some(group) = number else { return Err(failed(io::Error::other("it has no process number"))) };
        let ended = match pidfd_open(group, PidfdFlags::NONBLOCK).map_err(io::Error::from).and_then(watched) {
            Ok(ended) => ended,
            Err(source) => {
                let _ = kill_process_group(group, Signal::KILL);
                return Err(failed(source));
            }
        };
        Ok((Self { child: Some(child), group, ended, dying: host.dying.clone() }, Pipes { stdout, stderr }))
    }

    /// Waits until the child itself has ended. Its descendants may still be there.
    pub(super) async fn ended(&self) {
        // A pidfd that cannot be waited for is one of a process that is gone.
        let _ = self.ended.readable().await;
    }

    /// Sends a signal to the child and to all its descendants that have not left its group.
    pub(super) fn signal(&self, signal: Signal) {
        // Root's helpers cannot be signalled by us; they end with their input. Who is gone needs no signal.
        let _ = kill_process_group(self.group, signal);
    }

    /// Kills what is left, and takes the child's exit.
    pub(super) async fn reap(mut self) -> io::Result<Exit> {
        self.ended().await;
        self.signal(Signal::KILL);
        let Some(child) = &mut self.child else { return Err(io::Error::other("it is reaped already")) };
        let status = child.wait().await?;
        self.child = None;
        Ok(status.into())
    }
}

#[expect(deprecated, reason = "its successor is unsafe; this descriptor is owned here and never replaced")]
fn watched(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

impl Drop for Tree {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        self.signal(Signal::KILL);
        // Somebody may want to know when it is gone. Without a runtime nobody is left to.
        if let Ok(runtime) = Handle::try_current() {
            self.dying.spawn_on(async move { drop(child.wait().await) }, &runtime);
        }
    }
}
