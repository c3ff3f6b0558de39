//! How many streams are open, and for whom: each holds a connection, and a browser needs only one a page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustix::process::{Resource, getrlimit};
use tokio_util::sync::CancellationToken;

use crate::id::UserId;

/// Most streams of one user.
const OF_ONE: usize = 32;
/// Most streams in all, when the limit of descriptors is not lower.
const IN_ALL: usize = 4096;
/// When to try again, in seconds.
const AGAIN: &str = "30";

/// The open streams. A cheap copy.
#[derive(Debug, Clone)]
pub struct Streams(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    open: Mutex<HashMap<UserId, usize>>,
    of_one: usize,
    in_all: usize,
    stop: CancellationToken,
}

/// Why a stream is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The user has too many.
    #[error("you have too many pages of this panel open: close some, and this one updates again")]
    OfOne,
    /// There are too many in all.
    #[error("too many pages of this panel are open: this one updates again when some are closed")]
    InAll,
    /// The panel is about to stop.
    #[error("the panel is about to stop")]
    Stopping,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self {
            Self::OfOne => StatusCode::TOO_MANY_REQUESTS,
            Self::InAll | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, [(header::RETRY_AFTER, AGAIN)], self.to_string()).into_response()
    }
}

impl Streams {
    /// No stream yet; half of the descriptors that this process may have is for streams.
    #[must_use]
    pub fn new() -> Self {
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
        Self::limited(OF_ONE, files.map_or(IN_ALL, |files| IN_ALL.min(files / 2)))
    }

    /// No stream yet, with these limits.
    #[must_use]
    pub fn limited(of_one: usize, in_all: usize) -> Self {
        let stop = CancellationToken::new();
        Self(Arc::new(Counted { open: Mutex::default(), of_one, in_all, stop }))
    }

    /// Counts a stream as long as the answer lives.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn admit(&self, user: UserId) -> Result<Admission, Refused> {
        if self.0.stop.is_cancelled() {
            return Err(Refused::Stopping);
        }
        let mut open = self.0.open();
        if open.values().sum::<usize>() >= self.0.in_all {
            return Err(Refused::InAll);
        }
        let own = open.entry(user).or_default();
        if *own >= self.0.of_one {
            return Err(Refused::OfOne);
        }
        *own += 1;
        Ok(Admission { streams: self.clone(), user })
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.open().values().sum()
    }

    /// Ends all, and opens none any more.
    pub fn close(&self) {
        self.0.stop.cancel();
    }

    /// Waits until they are to end.
    pub(super) async fn closed(&self) {
        self.0.stop.cancelled().await;
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::new()
    }
}

impl Counted {
    fn open(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        // What is guarded is whole at any moment.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one stream.
#[derive(Debug)]
pub struct Admission {
    pub(super) streams: Streams,
    user: UserId,
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut open = self.streams.0.open();
        if let Some(own) = open.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_and_all_together_have_a_limit() {
        let streams = Streams::limited(2, 3);
        let (zoey, bill) = (UserId(1), UserId(2));
        let first = streams.admit(zoey).unwrap();
        let _second = streams.admit(zoey).unwrap();
        assert_eq!(streams.admit(zoey).err(), Some(Refused::OfOne));
        let _third = streams.admit(bill).unwrap();
        assert_eq!(streams.admit(bill).err(), Some(Refused::InAll));
        drop(first);
        assert_eq!(streams.count(), 2);
        let _again = streams.admit(zoey).unwrap();
        streams.close();
        assert_eq!(streams.admit(bill).err(), Some(Refused::Stopping));
    }
}
