use anyhow::bail;
use clap::Args;

use crate::account::{BaseUrl, setup_link};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// Prints the link by which the first user is made; earlier links count no more
#[derive(Debug, Args)]
pub(super) struct SetupLink {
    /// Where people reach the panel, as in <https://panel.example.org>; else what the settings suggest
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
}

impl SetupLink {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let base = self.base_url.unwrap_or_else(|| BaseUrl::suggested(config));
        let db = Db::open(&config.database).await?;
        db::migrate(&db).await?;
        let link = setup_link(&db, &Clock::system(), &base).await?;
        db.close().await;
        let Some(link) = link else {
            bail!(
                "there is a user already; l4d2web create-user makes another, and set-password gives one another password"
            );
        };
        println!("{link}");
        eprintln!("the link works once, for a day; it makes the first account, an admin");
        Ok(())
    }
}
