//! What a panel that is gone left behind.

use super::{JobState, Queue};
use crate::db::{self, job_lines, jobs, server_state};
use crate::live::Change;

/// What stands in a job that was cut off.
const SUMMARY: &str = "The panel ended while this ran, so how far it came is not known. It can be run again.";

impl Queue {
    /// Says of each job that was running that it was interrupted. What waits goes on waiting.
    pub(super) async fn recover(&self) -> db::Result<()> {
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        let cut = jobs::running(&mut tx).await?;
        for (id, _, server) in &cut {
            job_lines::append(&mut tx, *id, self.0.clock.now_ms(), SUMMARY).await?;
            jobs::finish(&mut tx, *id, JobState::Interrupted, None, SUMMARY, self.0.clock.now()).await?;
            if let Some(server) = server {
                server_state::set_last_error(&mut tx, *server, Some(SUMMARY)).await?;
            }
        }
        tx.commit().await?;
        for (id, kind, server) in cut {
            tracing::warn!(job = id.0, kind = kind.as_str(), "a job was interrupted by the end of the panel");
            self.0.feed.close(id);
            self.0.bus.send(Change::Job(id));
            if let Some(server) = server {
                self.0.bus.send(Change::Server(server));
            }
        }
        Ok(())
    }
}
