//! Running a verb: its lines as they come, its end, and its cancellation.

use std::time::Duration;

use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::lines::Cutter;
use super::tree::{Pipes, Tree};
use super::{Call, Exit, Host, HostError, Line, Stream};

/// How long the output may stay open after the child has ended: a descendant that has left its group may hold it.
const LINGER: Duration = Duration::from_secs(5);
/// The same after a cancellation: root's helpers, which only the end of their input ends, take a unit down first.
const LINGER_CANCELLED: Duration = Duration::from_secs(90);
/// What the pipes of a process can hold when it ends, with a margin.
const PIPES: usize = 256 * 1024;

impl Host {
    /// Runs a verb to its end and sends each line that it prints, in the order of each stream; a receiver that is slow slows
    /// the verb down, and one that is gone does not stop it. When this returns, every line has been sent, the child is
    /// reaped, and nothing in its process group is left.
    ///
    /// `cancel` sends SIGTERM to the group and, after a grace, SIGKILL. Dropping the future kills at once.
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Spawn`], [`HostError::Nul`]: nothing ran. [`HostError::Cancelled`]: it may have
    /// done all, a part or nothing. A verb that fails is no error here: that is in [`Exit`].
    pub async fn run(
        &self,
        call: &Call,
        lines: mpsc::Sender<Line>,
        cancel: &CancellationToken,
    ) -> Result<Exit, HostError> {
        let verb = call.verb();
        if cancel.is_cancelled() {
            return Err(HostError::Cancelled { verb });
        }
        let (tree, pipes) = Tree::spawn(&self.inner, call)?;
        let late = CancellationToken::new();
        let mut output = std::pin::pin!(copy(pipes, lines, &late));
        let mut copied = false;
        let cancelled = loop {
            tokio::select! {
                () = &mut output, if !copied => copied = true,
                () = tree.ended() => break false,
                () = cancel.cancelled() => break true,
            }
        };
        if cancelled {
            tree.signal(Signal::TERM);
            let quiet = async {
                if !copied {
                    output.as_mut().await;
                    copied = true;
                }
                tree.ended().await;
            };
            let _ = timeout(self.inner.grace, quiet).await;
            tree.signal(Signal::KILL);
            tree.ended().await;
        }
        let exit = tree.reap().await.map_err(HostError::io(verb))?;
        if !copied {
            let linger = if cancelled { LINGER_CANCELLED } else { LINGER };
            tokio::select! {
                () = &mut output => {}
                () = tokio::time::sleep(linger) => {
                    late.cancel();
                    output.await;
                }
            }
        }
        if cancelled { Err(HostError::Cancelled { verb }) } else { Ok(exit) }
    }
}

/// Sends every line until both streams end, or, once it is late, until what was in the pipes has been read.
async fn copy(mut pipes: Pipes, lines: mpsc::Sender<Line>, late: &CancellationToken) {
    let mut stdout = Source::new(Stream::Stdout);
    let mut stderr = Source::new(Stream::Stderr);
    let mut budget = PIPES;
    while !(stdout.ended && stderr.ended) {
        let (source, length) = tokio::select! {
            // What stands in both came in this order as a rule: steps, then the error that ended them.
            biased;
            length = read(&mut pipes.stdout, &mut stdout.chunk), if !stdout.ended => (&mut stdout, length),
            length = read(&mut pipes.stderr, &mut stderr.chunk), if !stderr.ended => (&mut stderr, length),
            () = late.cancelled() => break,
        };
        for line in source.take(length) {
            let _ = lines.send(line).await;
        }
        if late.is_cancelled() {
            let Some(left) = budget.checked_sub(length) else { break };
            budget = left;
        }
    }
    for line in [stdout.finish(), stderr.finish()].into_iter().flatten() {
        let _ = lines.send(line).await;
    }
}

/// Reads; 0 at the end and when reading fails, which for a pipe it does not.
async fn read(pipe: &mut (impl AsyncRead + Unpin), chunk: &mut [u8]) -> usize {
    pipe.read(chunk).await.unwrap_or(0)
}

struct Source {
    stream: Stream,
    chunk: Vec<u8>,
    cutter: Cutter,
    ended: bool,
}

impl Source {
    fn new(stream: Stream) -> Self {
        Self { stream, chunk: vec![0; 16 * 1024], cutter: Cutter::default(), ended: false }
    }

    fn take(&mut self, length: usize) -> Vec<Line> {
        self.ended |= length == 0;
        let mut texts = Vec::new();
        self.cutter.feed(&self.chunk[..length], &mut texts);
        texts.into_iter().map(|text| Line { stream: self.stream, text }).collect()
    }

    fn finish(&mut self) -> Option<Line> {
        self.cutter.finish().map(|text| Line { stream: self.stream, text })
    }
}
