//! The loop that begins jobs: the oldest first, as far as rules and workers allow.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::log::JobLog;
use super::perform::Ends;
use super::rules::{self, Verdict};
use super::{Lane, Queue, Slot, Worker};
use crate::db::{self, jobs};

/// Workers that bring servers up, and as many that take them down.
const SERVER_WORKERS: usize = 16;
/// How long jobs of servers may go on after the panel was told to end; installs and builds end at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the queue is looked at anyway: another process may have put something into it.
const LOOK: Duration = Duration::from_secs(5);
/// When it is tried again after the database could not be read.
const AGAIN: Duration = Duration::from_secs(1);

impl Queue {
    /// Runs jobs until `stop` is cancelled: first says of those that a panel before was running that they were interrupted,
    /// then begins what waits. `workers` is how many installs and builds run at once; jobs of servers have workers of their
    /// own. Once stopped, it begins nothing, lets jobs of servers finish for a moment, ends the others (they count as
    /// interrupted), and returns when nothing runs and every line is stored.
    ///
    /// # Errors
    /// When the database cannot be used at the beginning.
    pub async fn run(self, worker: Arc<dyn Worker>, workers: usize, stop: CancellationToken) -> db::Result<()> {
        self.recover().await?;
        worker.look().await;
        let (log, writer) = JobLog::open(self.0.db.clone(), self.0.feed.clone());
        while !stop.is_cancelled() {
            let dispatched = self.dispatch(&worker, &log, workers, &stop).await;
            let pause = async {
                match dispatched {
                    // A timeout is nothing but another look.
                    Ok(()) => drop(timeout(LOOK, self.0.wake.notified()).await),
                    Err(error) => {
                        tracing::error!(%error, "the queue cannot be read");
                        sleep(AGAIN).await;
                    }
                }
            };
            tokio::select! {
                () = pause => {}
                () = stop.cancelled() => {}
            }
        }
        self.0.tasks.close();
        self.end(|lane| lane == Lane::Long);
        if timeout(PATIENCE, self.0.tasks.wait()).await.is_err() {
            self.end(|_| true);
            self.0.tasks.wait().await;
        }
        drop(log);
        let _ = writer.await;
        Ok(())
    }

    fn end(&self, which: impl Fn(Lane) -> bool) {
        self.running().values().filter(|slot| which(slot.lane)).for_each(|slot| slot.cancel.cancel());
    }

    /// Begins every job that may begin.
    async fn dispatch(
        &self,
        worker: &Arc<dyn Worker>,
        log: &JobLog,
        workers: usize,
        stop: &CancellationToken,
    ) -> db::Result<()> {
        let mut open = jobs::open(&mut *self.0.db.read().acquire().await?).await?;
        if open.iter().any(|job| job.running && !self.running().contains_key(&job.id)) {
            self.reconcile().await?;
            open = jobs::open(&mut *self.0.db.read().acquire().await?).await?;
        }
        for index in 0..open.len() {
            let candidate = &open[index];
            let (id, lane) = (candidate.id, candidate.kind.lane());
            let limit = if lane == Lane::Long { workers } else { SERVER_WORKERS };
            let free = limit > self.running().values().filter(|slot| slot.lane == lane).count();
            if candidate.running || !free || rules::may_start(candidate, &open) != Verdict::Go {
                continue;
            }
            let cancel = CancellationToken::new();
            // Known before it is claimed: who cancels it then finds it.
            self.running().insert(id, Slot { lane, cancel: cancel.clone() });
            if !matches!(jobs::claim(&self.0.db, id, self.0.clock.now()).await, Ok(true)) {
                self.running().remove(&id);
                continue;
            }
            open[index].running = true;
            self.0.tasks.spawn(self.clone().perform(
                id,
                Arc::clone(worker),
                log.clone(),
                Ends { cancel, stop: stop.clone() },
            ));
        }
        Ok(())
    }
}
