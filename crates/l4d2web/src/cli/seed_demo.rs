use clap::Args;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// For deploy/try.sh: gives whoever makes the first user a blueprint and a server on port 27015, both called Demo, of the plain directory
/// overlays/demo
#[derive(Debug, Args)]
pub(super) struct SeedDemo {}

impl SeedDemo {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = Db::open(&config.database).await?;
        db::migrate(&db).await?;
        let laid = db::demo::lay(&db, Clock::system().now()).await?;
        db.close().await;
        println!(
            "{}",
            if laid { "the first user gets the demo" } else { "there is a user already: nothing was changed" }
        );
        Ok(())
    }
}
