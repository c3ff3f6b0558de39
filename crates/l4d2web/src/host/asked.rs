//! The host as visitors of the panel ask it: no more at once than leaves room for others. Jobs, the watch and the logs that are followed go
//! past this, and never wait for it.

use std::ffi::OsString;

use futures_util::stream::{Stream, StreamExt as _};

use super::shape::{Check, Game, Listing};
use super::turn::{Errand, Turn};
use super::{FileContent, Host, HostError, LogLines, Of};
use crate::id::{ServerId, UserId};

/// The host, asked by somebody. Each question waits a moment for its turn, and is refused ([`HostError::Busy`]) when there is none; a turn
/// comes back with the answer, with the end of what is streamed, or when whoever asked is gone.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'h> {
    host: &'h Host,
    /// Who; none: somebody who is not logged in.
    user: Option<UserId>,
}

/// The right to look for something in a server's log.
#[derive(Debug)]
pub struct LogSearch<'h> {
    host: &'h Host,
    server: ServerId,
    _turn: Turn,
}

impl Host {
    /// The same host, asked by `user`.
    #[must_use]
    pub fn asked_by(&self, user: UserId) -> Asked<'_> {
        Asked { host: self, user: Some(user) }
    }

    /// The same host, asked by somebody who is not logged in: all of those together may ask for little.
    #[must_use]
    pub fn asked_by_strangers(&self) -> Asked<'_> {
        Asked { host: self, user: None }
    }

    /// How many visitors' questions are at work.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.inner.turns.taken()
    }
}

impl<'h> Asked<'h> {
    /// See [`Host::files`].
    ///
    /// # Errors
    /// Those of [`Host::files`], and [`HostError::Busy`].
    pub async fn files(
        &self,
        of: Of,
        path: impl Into<OsString>,
        offset: usize,
        limit: usize,
    ) -> Result<Listing, HostError> {
        let _turn = self.turn(Errand::Look).await?;
        self.host.files(of, path, offset, limit).await
    }

    /// See [`Host::overlay_delete`].
    ///
    /// # Errors
    /// Those of [`Host::overlay_delete`], and [`HostError::Busy`].
    pub async fn overlay_delete(&self, reference: &str) -> Result<(), HostError> {
        let _turn = self.turn(Errand::Look).await?;
        self.host.overlay_delete(reference).await
    }

    /// See [`Host::doctor`].
    ///
    /// # Errors
    /// Those of [`Host::doctor`], and [`HostError::Busy`].
    pub async fn doctor(&self) -> Result<Vec<Check>, HostError> {
        let _turn = self.turn(Errand::Look).await?;
        self.host.doctor().await
    }

    /// See [`Host::game`].
    ///
    /// # Errors
    /// Those of [`Host::game`], and [`HostError::Busy`].
    pub async fn game(&self) -> Result<Game, HostError> {
        let _turn = self.turn(Errand::Look).await?;
        self.host.game().await
    }

    /// See [`Host::game_refresh`].
    ///
    /// # Errors
    /// Those of [`Host::game_refresh`], and [`HostError::Busy`].
    pub async fn game_refresh(&self) -> Result<Game, HostError> {
        let _turn = self.turn(Errand::Steam).await?;
        self.host.game_refresh().await
    }

    /// See [`Host::cat`]. The content is a download.
    ///
    /// # Errors
    /// Those of [`Host::cat`], and [`HostError::Busy`].
    pub async fn cat(&self, of: Of, path: impl Into<OsString>) -> Result<FileContent, HostError> {
        self.cat_from(of, path, 0).await
    }

    /// See [`Host::cat_from`]. The content is a download.
    ///
    /// # Errors
    /// Those of [`Host::cat`], and [`HostError::Busy`].
    pub async fn cat_from(&self, of: Of, path: impl Into<OsString>, from: u64) -> Result<FileContent, HostError> {
        let turn = self.turn(Errand::Download).await?;
        let content = self.host.cat_from(of, path, from).await?;
        Ok(FileContent(Box::pin(holding(content, turn))))
    }

    /// See [`Host::past_log`]. The lines are a download.
    ///
    /// # Errors
    /// Those of [`Host::past_log`], and [`HostError::Busy`].
    pub async fn past_log(&self, server: ServerId, lines: u32) -> Result<LogLines, HostError> {
        let turn = self.turn(Errand::Download).await?;
        let lines = self.host.past_log(server, lines)?;
        Ok(LogLines::of(holding(lines, turn)))
    }

    /// Begins to look for something in a server's log.
    ///
    /// # Errors
    /// [`HostError::Busy`].
    pub async fn search_log(&self, server: ServerId) -> Result<LogSearch<'h>, HostError> {
        let turn = self.turn(Errand::Search).await?;
        Ok(LogSearch { host: self.host, server, _turn: turn })
    }

    async fn turn(&self, errand: Errand) -> Result<Turn, HostError> {
        Ok(self.host.inner.turns.take(self.user, errand).await?)
    }
}

impl LogSearch<'_> {
    /// The newest `lines`, one by one, the oldest first; then it ends.
    ///
    /// # Errors
    /// [`HostError`] when `l4d2ctl` cannot be started.
    pub fn newest(&self, lines: u32) -> Result<LogLines, HostError> {
        self.host.past_log(self.server, lines)
    }
}

/// The stream, with the turn that it takes until it is dropped.
fn holding<T>(stream: impl Stream<Item = T>, turn: Turn) -> impl Stream<Item = T> {
    stream.map(move |item| {
        let _held = &turn;
        item
    })
}
