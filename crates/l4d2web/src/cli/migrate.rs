use clap::Args;

use crate::config::Config;
use crate::db::{self, Db};

/// Brings the database to the schema of this version, after a copy
#[derive(Debug, Args)]
pub(super) struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = Db::open(&config.database).await?;
        let done = db::migrate(&db).await?;
        db.close().await;
        let (from, to) = (done.from.0, done.to.0);
        match done.copy {
            Some(copy) => println!("schema {from} is now schema {to}; the database from before is {}", copy.display()),
            None if from == to => println!("the database has schema {to} already"),
            None => println!("made the database with schema {to}"),
        }
        Ok(())
    }
}
