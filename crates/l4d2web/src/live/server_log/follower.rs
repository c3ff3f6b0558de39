use bytes::Bytes;
use tokio::sync::broadcast::Receiver;

use super::line::frame;
use super::{OpenLog, Place};

/// How many lines are shown at first.
pub const SHOWN: usize = 500;

/// Somebody who follows a log.
#[derive(Debug)]
pub struct Follower {
    log: OpenLog,
    after: Option<Place>,
    news: Option<Receiver<Bytes>>,
}

impl Follower {
    pub(super) const fn new(log: OpenLog, after: Option<Place>) -> Self {
        Self { log, after, news: None }
    }

    /// The next lines as events of a stream; none when it is over, or when this follower is too far behind: it is to come back with the place of
    /// the last line that it has. May be dropped while it waits, and called again.
    pub async fn next(&mut self) -> Option<Bytes> {
        if self.news.is_none() {
            self.log.log().settled().await;
            if let Some(first) = self.begin() {
                return Some(first);
            }
        }
        // Too far behind, or over: both end it.
        self.news.as_mut()?.recv().await.ok()
    }

    /// Listens from now on; what there is to tell already, if anything.
    fn begin(&mut self) -> Option<Bytes> {
        let kept = self.log.log().kept();
        self.news = Some(kept.news.subscribe());
        let Some(place) = self.after else {
            let mut last = kept.ring.last(SHOWN).peekable();
            return last.peek().is_some().then(|| frame("log", last.map(|line| &**line)));
        };
        match kept.ring.after(place) {
            Some(missed) => {
                let mut missed = missed.peekable();
                missed.peek().is_some().then(|| frame("log", missed.map(|line| &**line)))
            }
            None => Some(frame("log-reset", kept.ring.last(SHOWN).map(|line| &**line))),
        }
    }
}
