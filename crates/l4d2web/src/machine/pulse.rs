use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::db::{self, Db};
use crate::host::Host;

/// How long an answer is good for: whoever asks often starts no more programs.
const FRESH: Duration = Duration::from_secs(5);
/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which parts answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// The database can be read.
    pub database: bool,
    /// `l4d2ctl` can be run.
    pub host: bool,
}

/// Asks the parts that the panel needs whether they are there.
#[derive(Debug, Clone)]
pub struct Pulse {
    db: Db,
    host: Host,
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Pulse {
    /// Of these two.
    #[must_use]
    pub fn new(db: Db, host: Host) -> Self {
        Self { db, host, last: Arc::default() }
    }

    /// What answers now; for the host, what answered some seconds ago.
    pub async fn feel(&self) -> Beat {
        let database = timeout(PATIENCE, db::users::count(&self.db)).await.is_ok_and(|counted| counted.is_ok());
        Beat { database, host: self.host().await }
    }

    async fn host(&self) -> bool {
        // Those who come while it is asked wait for that answer.
        let mut last = self.last.lock().await;
        if let Some((at, answered)) = *last
            && at.elapsed() < FRESH
        {
            return answered;
        }
        let answered = timeout(PATIENCE, self.host.version()).await.is_ok_and(|version| version.is_ok());
        *last = Some((Instant::now(), answered));
        answered
    }
}
