//! Asking the host something, with a typed answer.

use std::ffi::OsString;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::shape::{Check, Game, Listing, OverlayStatus, Status};
use super::tree::{Pipes, Tree};
use super::{Call, Exit, Host, HostError, Of};
use crate::id::ServerId;

/// Longest answer.
const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// How much of the end of standard error is kept.
const TAIL_MAX: usize = 4096;

impl Host {
    /// What a server does.
    ///
    /// # Errors
    /// [`HostError`]; exit code 66 when the host does not know it.
    pub async fn status(&self, server: ServerId) -> Result<Status, HostError> {
        self.ask(&Call::Status(server)).await
    }

    /// What all servers do that the host knows, sorted by name.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn status_all(&self) -> Result<Vec<Status>, HostError> {
        self.ask(&Call::StatusAll).await
    }

    /// The same, with how often systemd has started each again by itself.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn status_all_with_restarts(&self) -> Result<Vec<Status>, HostError> {
        self.ask(&Call::StatusAllRestarts).await
    }

    /// A page of a directory. `path` is from the top, which is the empty path.
    ///
    /// # Errors
    /// [`HostError`]; exit code 66 when there is no such server or directory, 65 when it is no directory, 2 when the path
    /// is not one.
    pub async fn files(
        &self,
        of: Of,
        path: impl Into<OsString>,
        offset: usize,
        limit: usize,
    ) -> Result<Listing, HostError> {
        self.ask(&Call::Files { of, path: path.into(), offset, limit }).await
    }

    /// What is published of an overlay.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn overlay_status(&self, reference: &str) -> Result<OverlayStatus, HostError> {
        self.ask(&Call::OverlayStatus(reference.to_owned())).await
    }

    /// Takes an overlay away; one that is not there is taken away already. Servers that run on it keep it until they stop.
    ///
    /// # Errors
    /// [`HostError`]; exit code 75 when a build of it is under way.
    pub async fn overlay_delete(&self, reference: &str) -> Result<(), HostError> {
        self.answer(&Call::OverlayDelete(reference.to_owned())).await.map(drop)
    }

    /// What the host has of what it needs, a check each.
    ///
    /// # Errors
    /// [`HostError`]; failed checks are no error.
    pub async fn doctor(&self) -> Result<Vec<Check>, HostError> {
        let (exit, printed, stderr) = self.capture(&Call::Doctor).await?;
        // It ends with a failure when a check fails, and has printed them all.
        if !exit.is_success() && printed.is_empty() {
            return Err(HostError::Failed { verb: Call::Doctor.verb(), exit, stderr });
        }
        parse(&Call::Doctor, &printed)
    }

    /// Which build of the game is installed, and which one Steam had when it was last asked.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn game(&self) -> Result<Game, HostError> {
        self.ask(&Call::Game).await
    }

    /// The same, after Steam was asked for the newest build, which takes a while.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn game_refresh(&self) -> Result<Game, HostError> {
        self.ask(&Call::GameRefresh).await
    }

    /// The version that `l4d2ctl` says: whether it is there and can be started.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn version(&self) -> Result<String, HostError> {
        let printed = self.answer(&Call::Version).await?;
        Ok(String::from_utf8_lossy(&printed).trim_end().to_owned())
    }

    async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, HostError> {
        parse(call, &self.answer(call).await?)
    }

    async fn answer(&self, call: &Call) -> Result<Vec<u8>, HostError> {
        let (exit, printed, stderr) = self.capture(call).await?;
        if exit.is_success() { Ok(printed) } else { Err(HostError::Failed { verb: call.verb(), exit, stderr }) }
    }

    /// Runs it to its end; what it printed, and the end of its standard error.
    async fn capture(&self, call: &Call) -> Result<(Exit, Vec<u8>, String), HostError> {
        let verb = call.verb();
        let (tree, Pipes { stdout, stderr }) = Tree::spawn(&self.inner, call)?;
        let work = async {
            let (printed, tail) = tokio::join!(whole(stdout), tail(stderr));
            let printed = printed.map_err(HostError::io(verb))?;
            let printed = printed.ok_or(HostError::TooLong { verb, max: ANSWER_MAX })?;
            Ok((tree.reap().await.map_err(HostError::io(verb))?, printed, tail))
        };
        let after = call.patience();
        timeout(after, work).await.unwrap_or(Err(HostError::TimedOut { verb, after }))
    }
}

fn parse<T: DeserializeOwned>(call: &Call, printed: &[u8]) -> Result<T, HostError> {
    serde_json::from_slice(printed).map_err(|source| HostError::bad_json(call.verb(), printed, source))
}

/// All that it prints; none when that is more than an answer can have.
async fn whole(pipe: impl AsyncRead + Unpin) -> std::io::Result<Option<Vec<u8>>> {
    let mut printed = Vec::new();
    pipe.take(ANSWER_MAX as u64 + 1).read_to_end(&mut printed).await?;
    Ok((printed.len() <= ANSWER_MAX).then_some(printed))
}

/// Reads to the end and keeps the last part, as text.
pub(super) async fn tail(mut pipe: impl AsyncRead + Unpin) -> String {
    let (mut kept, mut chunk) = (Vec::new(), vec![0; TAIL_MAX]);
    while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..length]);
        kept.drain(..kept.len().saturating_sub(TAIL_MAX));
    }
    String::from_utf8_lossy(&kept).trim_end().to_owned()
}
