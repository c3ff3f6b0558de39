//! The content of a file, piece by piece: of a large one no more than a piece is ever held.

use std::ffi::OsString;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::io::AsyncReadExt;
use tokio::process::ChildStdout;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::query::tail;
use super::tree::{Pipes, Tree};
use super::{Call, Host, HostError, Of};

/// Largest piece.
const PIECE: usize = 64 * 1024;

/// The content of a file. It ends with an error when it is not complete; dropping it ends the `l4d2ctl` behind it.
pub struct FileContent(pub(super) Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>);

impl Stream for FileContent {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl std::fmt::Debug for FileContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileContent").finish_non_exhaustive()
    }
}

impl Host {
    /// Opens a file. `path` is from the top. It returns when the first piece is there, so that a file that cannot be read
    /// is refused before anything of it is passed on.
    ///
    /// # Errors
    /// [`HostError`]; exit code 66 when there is no such file, 65 when it is no regular file, 2 when the path is not one.
    pub async fn cat(&self, of: Of, path: impl Into<OsString>) -> Result<FileContent, HostError> {
        self.cat_from(of, path, 0).await
    }

    /// The same, without its first `from` bytes.
    ///
    /// # Errors
    /// Those of [`Host::cat`].
    pub async fn cat_from(&self, of: Of, path: impl Into<OsString>, from: u64) -> Result<FileContent, HostError> {
        let call = Call::Cat(of, path.into(), from);
        let (verb, after) = (call.verb(), call.patience());
        let (tree, Pipes { stdout, stderr }) = Tree::spawn(&self.inner, &call)?;
        let mut open = Open { tree, verb, stdout, stderr: tokio::spawn(tail(stderr)) };
        let first = timeout(after, open.read()).await.map_err(|_| HostError::TimedOut { verb, after })?;
        let first = first.map_err(HostError::io(verb))?;
        if first.is_empty() {
            return match open.end().await? {
                None => Ok(FileContent(Box::pin(stream::empty()))),
                Some(failed) => Err(failed),
            };
        }
        let content = stream::unfold((Some(first), Some(open)), |(first, open)| async move {
            if first.is_some() {
                return Some((Ok(first?), (None, open)));
            }
            let mut open = open?;
            match open.read().await {
                Ok(piece) if piece.is_empty() => match open.end().await {
                    Ok(None) => None,
                    Ok(Some(error)) | Err(error) => Some((Err(io::Error::other(error)), (None, None))),
                },
                Ok(piece) => Some((Ok(piece), (None, Some(open)))),
                Err(error) => Some((Err(error), (None, None))),
            }
        });
        Ok(FileContent(Box::pin(content)))
    }
}

struct Open {
    tree: Tree,
    verb: &'static str,
    stdout: ChildStdout,
    stderr: JoinHandle<String>,
}

impl Open {
    async fn read(&mut self) -> io::Result<Bytes> {
        let mut piece = vec![0; PIECE];
        let length = self.stdout.read(&mut piece).await?;
        piece.truncate(length);
        Ok(piece.into())
    }

    /// Why it ended, unless the file was complete.
    async fn end(self) -> Result<Option<HostError>, HostError> {
        let verb = self.verb;
        let exit = self.tree.reap().await.map_err(HostError::io(verb))?;
        if exit.is_success() {
            return Ok(None);
        }
        Ok(Some(HostError::Failed { verb, exit, stderr: self.stderr.await.unwrap_or_default() }))
    }
}
