//! The writer of all lines of all jobs: it collects what comes within a moment, stores it in one transaction, and hands it on
//! after that.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use super::JobFeed;
use crate::db::job_lines::{JobLine, LineStream};
use crate::db::{self, Db, job_lines, job_logs};
use crate::id::JobId;

/// Least time between two transactions.
const PAUSE: Duration = Duration::from_millis(20);
/// Most lines of one transaction.
const BATCH: usize = 1024;
/// How much text a transaction has, in bytes: the line that reaches it is the last. What is handed on is held for slow readers.
pub(super) const BATCH_TEXT: usize = 256 * 1024;
/// Lines that wait to be stored; whoever prints more waits.
const WAITING: usize = 4096;
/// How often storing is tried, and how long to wait in between, before lines are given up.
const TRIES: u32 = 40;
const AGAIN: Duration = Duration::from_millis(250);

/// Takes lines to be stored. Cheap to clone; the writer ends with the last of them.
#[derive(Debug, Clone)]
pub(super) struct JobLog(mpsc::Sender<Entry>);

#[derive(Debug)]
enum Entry {
    Line(JobId, i64, LineStream, String),
    /// Everything before is stored when this is answered; the job prints no more.
    End(JobId, oneshot::Sender<()>),
}

impl JobLog {
    /// Starts the writer.
    pub(super) fn open(db: Db, feed: JobFeed) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let writer = Writer { db, feed, places: HashMap::new() };
        (Self(sender), tokio::spawn(writer.run(receiver)))
    }

    /// Adds a line that was printed at `at`, in Unix milliseconds.
    pub(super) async fn line(&self, job: JobId, at: i64, stream: LineStream, text: String) {
        let _ = self.0.send(Entry::Line(job, at, stream, text)).await;
    }

    /// Waits until every line of a job is stored and handed on, after the last.
    pub(super) async fn flush(&self, job: JobId) {
        let (done, wait) = oneshot::channel();
        let _ = self.0.send(Entry::End(job, done)).await;
        let _ = wait.await;
    }
}

struct Writer {
    db: Db,
    feed: JobFeed,
    /// The last place in each job that prints.
    places: HashMap<JobId, i64>,
}

/// Lines by job; the jobs in the order of their first line.
type Batch = Vec<(JobId, Vec<JobLine>)>;

impl Writer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Entry>) {
        let mut next = Instant::now();
        let (mut batch, mut lines, mut bytes, mut ends) = (Batch::new(), 0, 0, Vec::new());
        while let Some(entry) = receiver.recv().await {
            let mut entry = Some(entry);
            while let Some(some) = entry.take() {
                match some {
                    Entry::Line(job, at, stream, text) => {
                        let length = text.len();
                        add(&mut batch, job, JobLine { seq: 0, at, stream, line: clean(text) });
                        (lines, bytes) = (lines + 1, bytes + length);
                    }
                    Entry::End(job, done) => ends.push((job, done)),
                }
                if lines < BATCH && bytes < BATCH_TEXT && ends.is_empty() {
                    entry = timeout_at(next, receiver.recv()).await.ok().flatten();
                }
            }
            self.store(std::mem::take(&mut batch)).await;
            (lines, bytes, next) = (0, 0, Instant::now() + PAUSE);
            for (job, done) in ends.drain(..) {
                self.places.remove(&job);
                let _ = done.send(());
            }
        }
    }

    async fn store(&mut self, mut batch: Batch) {
        for _ in 0..TRIES {
            match self.write(&mut batch).await {
                Ok(()) => {
                    for (job, lines) in batch {
                        self.feed.send(job, lines);
                    }
                    return;
                }
                Err(error) => tracing::error!(%error, "lines of jobs cannot be stored"),
            }
            // What was counted was not stored.
            for (job, _) in &batch {
                self.places.remove(job);
            }
            sleep(AGAIN).await;
        }
        let lost: usize = batch.iter().map(|(_, lines)| lines.len()).sum();
        tracing::error!(lost, "lines of jobs are lost");
    }

    async fn write(&mut self, batch: &mut Batch) -> db::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.write().begin_with("BEGIN IMMEDIATE").await?;
        for (job, lines) in batch {
            let mut place = match self.places.get(job) {
                Some(place) => *place,
                None => job_lines::last_seq(&mut tx, *job).await?,
            };
            for line in &mut *lines {
                place += 1;
                line.seq = place;
            }
            job_lines::insert(&mut tx, *job, lines).await?;
            let bytes: usize = lines.iter().map(|line| line.line.len()).sum();
            job_logs::grew(&mut tx, *job, i64::try_from(bytes).unwrap_or(i64::MAX)).await?;
            self.places.insert(*job, place);
        }
        tx.commit().await
    }
}

fn add(batch: &mut Batch, job: JobId, line: JobLine) {
    match batch.iter_mut().find(|(known, _)| *known == job) {
        Some((_, lines)) => lines.push(line),
        None => batch.push((job, vec![line])),
    }
}

/// SQLite ends a text at a NUL.
fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{jobs, migrate};
    use crate::queue::Work;

    /// However much a job prints at once, readers get pieces of a bounded size: those that come and those that are stored.
    #[tokio::test]
    async fn huge_lines_come_in_small_pieces() {
        const LINES: i64 = 600;
        let root = tempfile::tempdir().unwrap();
        let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
        migrate(&db).await.unwrap();
        let job = jobs::insert(&mut db.write().acquire().await.unwrap(), Work::Install, None, "", 0).await.unwrap();
        let feed = JobFeed::new(db.clone());
        let (log, writer) = JobLog::open(db, feed.clone());
        let mut live = feed.subscribe(job, 0).await.unwrap();
        for _ in 0..LINES {
            log.line(job, 0, LineStream::Stdout, "x".repeat(4096)).await;
        }
        log.flush(job).await;
        for follower in [&mut live, &mut feed.subscribe(job, 0).await.unwrap()] {
            while follower.position() < LINES {
                let lines = follower.next().await.unwrap().unwrap();
                let text: usize = lines.iter().map(|line| line.line.len()).sum();
                assert!(text < BATCH_TEXT + 4096 + 1, "{text}");
            }
        }
        drop(log);
        writer.await.unwrap();
    }
}
