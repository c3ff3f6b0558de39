use clap::Args;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};
use crate::live::Bus;
use crate::queue::{Queue, Work};

/// Asks the panel to look for newer workshop items and maps, once; it does when it runs
#[derive(Debug, Args)]
pub(super) struct Refresh {}

impl Refresh {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let path = &config.database;
        anyhow::ensure!(path.exists(), "there is no database {} (DATABASE_URL)", path.display());
        let db = Db::open(path).await?;
        db::migrate(&db).await?;
        // The panel looks into the queue every few seconds: nobody has to wake it.
        let queue = Queue::new(db.clone(), Clock::system(), Bus::new());
        let job = queue.enqueue(Work::Refresh, None).await?;
        db.close().await;
        println!("{} job {}", if job.new { "asked for" } else { "asked for already:" }, job.id);
        Ok(())
    }
}
