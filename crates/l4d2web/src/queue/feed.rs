//! What jobs print, for whoever looks: the lines that are stored, then each as it comes, without a gap or a repeat.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::log::BATCH_TEXT;
use crate::db::job_lines::JobLine;
use crate::db::{self, Db, job_lines, jobs};
use crate::id::JobId;

/// How many batches a reader may be behind; one that is further behind reads them from the database.
const BACKLOG: usize = 64;
/// How many stored lines are read at a time.
const PAGE: u32 = 256;

type Channels = HashMap<JobId, Sender<Arc<[JobLine]>>>;

/// Hands on what jobs print. Cheap to clone.
#[derive(Debug, Clone)]
pub struct JobFeed {
    db: Db,
    channels: Arc<Mutex<Channels>>,
}

impl JobFeed {
    pub(super) fn new(db: Db) -> Self {
        Self { db, channels: Arc::default() }
    }

    fn channels(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a job behind place `after` (0: from the beginning): first what is stored, then what comes, until it is over.
    /// Of a job that is over, or gone, only what is stored.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn subscribe(&self, job: JobId, after: i64) -> db::Result<JobStream> {
        // Listening begins before it is asked whether the job is over: its end is either seen there or heard here.
        let receiver = self.channels().entry(job).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe();
        let over = jobs::find(&self.db, job).await.map(|job| job.is_none_or(|job| job.state.is_over()));
        let live = if let Ok(false) = over {
            Some(receiver)
        } else {
            drop(receiver);
            None
        };
        if live.is_none() {
            let mut channels = self.channels();
            if channels.get(&job).is_some_and(|channel| channel.receiver_count() == 0) {
                channels.remove(&job);
            }
        }
        over?;
        Ok(JobStream { db: self.db.clone(), job, last: after.max(0), live, stored: true })
    }

    /// Hands on lines that are stored.
    pub(super) fn send(&self, job: JobId, lines: Vec<JobLine>) {
        if let Some(channel) = self.channels().get(&job) {
            let _ = channel.send(lines.into());
        }
    }

    /// The job is over, and all its lines are stored.
    pub(super) fn close(&self, job: JobId) {
        self.channels().remove(&job);
    }
}

/// The lines of one job, in order, each once.
#[derive(Debug)]
pub struct JobStream {
    db: Db,
    job: JobId,
    last: i64,
    live: Option<Receiver<Arc<[JobLine]>>>,
    /// Whether there may be lines in the database that were not handed on.
    stored: bool,
}

impl JobStream {
    /// The next lines, at least one; none when the job is over and all were given. It may be dropped while it waits, and be
    /// called again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next(&mut self) -> db::Result<Option<Arc<[JobLine]>>> {
        loop {
            if self.stored {
                let mut page = job_lines::after(&self.db, self.job, self.last, PAGE).await?;
                let mut text = 0;
                let fits = page.iter().take_while(|line| {
                    let before = text;
                    text += line.line.len();
                    before < BATCH_TEXT
                });
                let fitting = fits.count();
                page.truncate(fitting);
                if let Some(last) = page.last() {
                    self.last = last.seq;
                    return Ok(Some(page.into()));
                }
                self.stored = false;
            }
            let Some(live) = &mut self.live else { return Ok(None) };
            match live.recv().await {
                Ok(lines) => {
                    let new = lines.iter().position(|line| line.seq > self.last);
                    let Some(first) = new else { continue };
                    if lines[first].seq != self.last + 1 {
                        self.stored = true;
                        continue;
                    }
                    self.last = lines.last().map_or(self.last, |line| line.seq);
                    return Ok(Some(if first == 0 { lines } else { lines[first..].into() }));
                }
                Err(RecvError::Lagged(_)) => self.stored = true,
                Err(RecvError::Closed) => (self.live, self.stored) = (None, true),
            }
        }
    }

    /// The place of the last line that was given: where to go on from after a break.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::job_lines::LineStream;
    use crate::queue::Work;

    #[tokio::test]
    async fn of_a_job_that_is_over_no_channel_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
        db::migrate(&db).await.unwrap();
        let mut connection = db.write().acquire().await.unwrap();
        let job = jobs::insert(&mut connection, Work::Install, None, "", 0).await.unwrap();
        let feed = JobFeed::new(db.clone());
        let early = feed.subscribe(job, 0).await.unwrap();
        assert_eq!(feed.channels().len(), 1);
        assert!(jobs::cancel_queued(&mut connection, job, "", 0).await.unwrap());
        feed.close(job);
        let mut late = feed.subscribe(job, 0).await.unwrap();
        assert_eq!(late.next().await.unwrap(), None);
        assert_eq!(feed.channels().len(), 0);
        drop(early);
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_for_the_channel_misses_nothing() {
        let root = tempfile::tempdir().unwrap();
        let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
        db::migrate(&db).await.unwrap();
        let mut connection = db.write().acquire().await.unwrap();
        let job = jobs::insert(&mut connection, Work::Install, None, "", 0).await.unwrap();
        let feed = JobFeed::new(db.clone());
        let (mut slow, mut late) = (feed.subscribe(job, 0).await.unwrap(), feed.subscribe(job, 290).await.unwrap());
        for seq in 1..=300 {
            let line = JobLine { seq, at: 0, stream: LineStream::Stdout, line: seq.to_string() };
            job_lines::insert(&mut connection, job, std::slice::from_ref(&line)).await.unwrap();
            feed.send(job, vec![line]);
            if seq == 5 {
                assert_eq!(slow.next().await.unwrap().unwrap().len(), 5, "what is stored comes first");
            }
        }
        feed.close(job);
        let mut places = Vec::new();
        while let Some(lines) = slow.next().await.unwrap() {
            places.extend(lines.iter().map(|line| line.seq));
        }
        assert!(places.into_iter().eq(6..=300));
        let mut places = Vec::new();
        while let Some(lines) = late.next().await.unwrap() {
            places.extend(lines.iter().map(|line| line.seq));
        }
        assert!(places.into_iter().eq(291..=300));
        assert_eq!(late.position(), 300);
    }
}
