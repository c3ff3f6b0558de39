//! The one stream of a page: what differs after each change, and the lines of its log, as long as its user may have them.
//!
//! The stream is written only as fast as its client reads: nothing waits in between but what the kernel holds, and a client that stops reading
//! loses its connection (`serve::Guarded`).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use super::fragment::{Sent, seen};
use super::streams::Admission;
use super::{Change, Fragment};
use crate::account::Token;
use crate::db;
use crate::db::users::User;
use crate::pages::PageError;
use crate::routes::Visitor;
use crate::state::AppState;

/// How often a silent stream says that it is alive: proxies close connections on which nothing comes.
const BEAT: Duration = Duration::from_secs(15);
/// What it says then: a comment, which browsers pass over.
const ALIVE: Bytes = Bytes::from_static(b":\n\n");
/// How often a stream asks whether it may go on, besides when somebody says that rights changed: another process may have changed them.
const CHECK: Duration = Duration::from_secs(4);
/// How long changes are collected after the last time that the page was looked at.
const COLLECT: Duration = Duration::from_millis(150);
/// When a browser comes back after the stream broke, in milliseconds; each stream adds a part of it again, so that not all come at once.
const RETRY: u64 = 1000;

/// What a stream shows.
pub trait Live: Send + 'static {
    /// Whether what it shows may be different after this change.
    fn concerns(&self, change: Change) -> bool;

    /// Whether the user may (still) see it.
    fn allows(&self, user: &User) -> impl Future<Output = db::Result<bool>> + Send;

    /// All parts of the page as they are now for this user; none when what it shows is gone.
    fn fragments(&self, user: &User) -> impl Future<Output = Result<Option<Vec<Fragment>>, PageError>> + Send;

    /// The next lines as events; none when the log is over, which ends the stream. May be dropped while it waits. A page without a log has none.
    fn lines(&mut self) -> impl Future<Output = Option<Bytes>> + Send {
        pending()
    }

    /// How often it is looked at besides: what it shows may change without anybody telling.
    fn every(&self) -> Option<Duration> {
        None
    }

    /// Whether the ids of its events are those of its lines. Else they say what the page has.
    fn has_lines(&self) -> bool {
        false
    }
}

/// Opens the stream of a page; `after` is what the page says that it has.
///
/// # Errors
///
/// When the visitor has no session, or too many streams are open.
pub fn open(state: &AppState, visitor: &Visitor, after: Option<&str>, live: impl Live) -> Result<Response, PageError> {
    let Some((token, found)) = visitor.session.clone() else { return Err(PageError::NotFound) };
    let admission = match state.streams.admit(found.user.id) {
        Ok(admission) => admission,
        Err(refused) => return Ok(refused.into_response()),
    };
    let every = |period| {
        let mut interval = interval_at(Instant::now() + period, period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    };
    let jitter = u64::from(token.hash()[0]) * RETRY / 256;
    let running = Running {
        changes: state.bus.listen(),
        state: state.clone(),
        token,
        user: found.user,
        seen: after.and_then(|after| u64::from_str_radix(after, 16).ok()),
        live,
        sent: Sent::default(),
        look: Some(Instant::now()),
        looked: Instant::now(),
        check: every(CHECK),
        beat: every(BEAT),
        out: VecDeque::from([Bytes::from(format!("retry: {}\n\n", RETRY + jitter))]),
        first: true,
        admission,
    };
    let pieces = stream::unfold(running, |mut running| async {
        let piece = running.next().await?;
        Some((Ok::<_, Infallible>(piece), running))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store"), ACCEL_BUFFERING];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Tells nginx to pass each event on at once.
const ACCEL_BUFFERING: (header::HeaderName, &str) = (header::HeaderName::from_static("x-accel-buffering"), "no");

struct Running<L> {
    state: AppState,
    token: Token,
    user: User,
    live: L,
    changes: Receiver<Change>,
    /// The digest of what the page had.
    seen: Option<u64>,
    sent: Sent,
    /// When to look at the page again.
    look: Option<Instant>,
    looked: Instant,
    check: Interval,
    beat: Interval,
    out: VecDeque<Bytes>,
    first: bool,
    admission: Admission,
}

/// What happened.
enum Event {
    Stop,
    Change(Result<Change, RecvError>),
    Look,
    Lines(Option<Bytes>),
    Check,
    Beat,
}

impl<L: Live> Running<L> {
    /// The next piece of the body; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.out.pop_front() {
                return Some(piece);
            }
            match self.event().await {
                Event::Stop | Event::Lines(None) => return None,
                Event::Lines(Some(lines)) => self.out.push_back(lines),
                Event::Beat => self.out.push_back(ALIVE),
                Event::Check => self.may_go_on().await?,
                Event::Look => self.look().await?,
                Event::Change(change) => {
                    if self.take(&change)? {
                        self.may_go_on().await?;
                    }
                }
            }
        }
    }

    async fn event(&mut self) -> Event {
        let look = self.look;
        let due = async {
            match look {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        let (first, live) = (self.first, &mut self.live);
        tokio::select! {
            biased;
            () = self.admission.streams.closed() => Event::Stop,
            _ = self.check.tick() => Event::Check,
            change = self.changes.recv() => Event::Change(change),
            () = due => Event::Look,
            // Lines come after the first look, which may find that there is nothing to see any more.
            lines = live.lines(), if !first => Event::Lines(lines),
            _ = self.beat.tick() => Event::Beat,
        }
    }

    /// Notes a change and all that came with it; whether it may have changed what the user may do. None when the panel ends.
    fn take(&mut self, first: &Result<Change, RecvError>) -> Option<bool> {
        let mut rights = false;
        let mut next = match first {
            Ok(change) => Ok(*change),
            Err(RecvError::Lagged(_)) => Err(TryRecvError::Lagged(0)),
            Err(RecvError::Closed) => return None,
        };
        loop {
            match next {
                Ok(change) => {
                    let own = change == Change::User(self.user.id);
                    let concerns = self.live.concerns(change);
                    rights |= own || (concerns && matches!(change, Change::Server(_)));
                    if own || concerns {
                        self.look_soon();
                    }
                }
                Err(TryRecvError::Lagged(_)) => {
                    rights = true;
                    self.look_soon();
                }
                Err(TryRecvError::Empty) => return Some(rights),
                Err(TryRecvError::Closed) => return None,
            }
            next = self.changes.try_recv();
        }
    }

    /// Plans a look, unless one comes earlier.
    fn look_soon(&mut self) {
        let soon = self.looked + COLLECT;
        self.look = Some(self.look.map_or(soon, |planned| planned.min(soon)));
    }

    /// Asks whether the session and the right are still there; none ends the stream.
    async fn may_go_on(&mut self) -> Option<()> {
        let found = self.state.sessions.find_token(&self.token).await;
        let allowed = match found {
            Ok(Some(found)) => {
                self.user = found.user;
                self.live.allows(&self.user).await
            }
            Ok(None) => Ok(false),
            Err(error) => Err(error),
        };
        match allowed {
            Ok(true) => Some(()),
            Ok(false) => None,
            Err(error) => {
                tracing::error!(%error, "a stream ends, since it cannot be told whether it may go on");
                None
            }
        }
    }

    /// Looks at the page, and sends what differs.
    async fn look(&mut self) -> Option<()> {
        self.looked = Instant::now();
        self.look = self.live.every().map(|period| self.looked + period);
        let fragments = match self.live.fragments(&self.user).await {
            Ok(fragments) => fragments?,
            Err(error) => {
                // It is logged where it becomes a response.
                drop(error.into_response());
                return None;
            }
        };
        let now = seen(&fragments);
        let lines = self.live.has_lines();
        if std::mem::take(&mut self.first) && !lines && self.seen == Some(now) {
            self.sent.note(&fragments);
            // A sign that it is open, and that nothing is to be told yet.
            self.out.push_back(ALIVE);
            return Some(());
        }
        let id = (!lines).then_some(now);
        self.out.extend(self.sent.differing(&fragments, id).map(Bytes::from));
        Some(())
    }
}
