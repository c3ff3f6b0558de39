//! What the host tells line by line, for as long as somebody listens: a server's log, and changes of units.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, Stream, StreamExt as _};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::task::JoinHandle;

use super::query::tail;
use super::shape::{Change, LogLine};
use super::tree::{Pipes, Tree};
use super::{Call, Host, HostError};
use crate::id::ServerId;

/// Longest line of JSON: a journal entry has at most 48 KiB of text, each byte of which may take six.
const LINE_MAX: usize = 1024 * 1024;

/// A stream of lines; what it follows ends when it is dropped. A line that cannot be read is an error, and the stream goes
/// on; when `l4d2ctl` fails, that is the last item.
struct Lines<T>(Pin<Box<dyn Stream<Item = Result<T, HostError>> + Send>>);

macro_rules! stream {
    ($(#[$doc:meta])* $type:ident, $item:ty) => {
        $(#[$doc])*
        pub struct $type(Lines<$item>);

        impl Stream for $type {
            type Item = Result<$item, HostError>;

            fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.0.0.as_mut().poll_next(context)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    };
}

stream!(
    /// The log of a server. An error for a single line does not end it; dropping it ends the `l4d2ctl` behind it.
    LogLines,
    LogLine
);
stream!(
    /// Changes of units. It ends when `l4d2ctl watch` does, which it should not: follow it again then.
    Changes,
    Change
);

impl LogLines {
    /// The same lines, by way of another stream.
    pub(super) fn of(lines: impl Stream<Item = Result<LogLine, HostError>> + Send + 'static) -> Self {
        Self(Lines(Box::pin(lines)))
    }
}

impl Host {
    /// Follows a server's log: the newest `lines`, then each new one.
    ///
    /// # Errors
    /// [`HostError`] when `l4d2ctl` cannot be started.
    pub fn follow_log(&self, server: ServerId, lines: u32) -> Result<LogLines, HostError> {
        Ok(LogLines(self.follow(&Call::Logs(server, lines))?))
    }

    /// The newest `lines` of a server's log, one by one, however many they are; then it ends.
    ///
    /// # Errors
    /// [`HostError`] when `l4d2ctl` cannot be started.
    pub fn past_log(&self, server: ServerId, lines: u32) -> Result<LogLines, HostError> {
        Ok(LogLines(self.follow(&Call::LogTail(server, lines))?))
    }

    /// Follows the units: first how each last started and ended, then each change. Whoever asks for all states once after
    /// the first item misses nothing.
    ///
    /// # Errors
    /// [`HostError`] when `l4d2ctl` cannot be started.
    pub fn watch(&self) -> Result<Changes, HostError> {
        Ok(Changes(self.follow(&Call::Watch)?))
    }

    fn follow<T: DeserializeOwned + Send + 'static>(&self, call: &Call) -> Result<Lines<T>, HostError> {
        let (tree, Pipes { stdout, stderr }) = Tree::spawn(&self.inner, call)?;
        let open = Open {
            tree,
            verb: call.verb(),
            stdout: BufReader::with_capacity(64 * 1024, stdout),
            stderr: tokio::spawn(tail(stderr)),
        };
        // Fused: who takes all that is there looks once more after the end.
        Ok(Lines(Box::pin(stream::unfold(Some(open), |open| async move { open?.next().await }).fuse())))
    }
}

struct Open {
    tree: Tree,
    verb: &'static str,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<String>,
}

impl Open {
    /// The next item, and what comes after it.
    async fn next<T: DeserializeOwned>(mut self) -> Option<(Result<T, HostError>, Option<Self>)> {
        match read_line(&mut self.stdout).await {
            Ok(Some(line)) => {
                let item = serde_json::from_slice(&line);
                Some((item.map_err(|source| HostError::bad_json(self.verb, &line, source)), Some(self)))
            }
            Ok(None) => self.end().await.map(|error| (Err(error), None)),
            Err(source) => Some((Err(HostError::io(self.verb)(source)), None)),
        }
    }

    /// Why it ended, unless it did so in order.
    async fn end(self) -> Option<HostError> {
        let verb = self.verb;
        match self.tree.reap().await {
            Ok(exit) if exit.is_success() => None,
            Ok(exit) => Some(HostError::Failed { verb, exit, stderr: self.stderr.await.unwrap_or_default() }),
            Err(source) => Some(HostError::io(verb)(source)),
        }
    }
}

/// A line without its end; of one that is too long the beginning, which is no JSON any more. None at the end.
async fn read_line(input: &mut BufReader<ChildStdout>) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let available = input.fill_buf().await?;
        if available.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let body = &available[..end.unwrap_or(available.len())];
        line.extend_from_slice(&body[..body.len().min(LINE_MAX.saturating_sub(line.len()))]);
        let used = end.map_or(available.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}
