use anyhow::bail;
use clap::Args;

use super::new_password::new_password;
use crate::account::{Passwords, UserName};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// Makes a user; the password is asked for, or comes from `LEFT4ME_ADMIN_PASSWORD`
#[derive(Debug, Args)]
pub(super) struct CreateUser {
    /// What they are called: small letters, digits, - and _, up to 32
    name: UserName,
    /// They manage the panel
    #[arg(long)]
    admin: bool,
}

impl CreateUser {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let Self { name, admin } = self;
        let db = Db::open(&config.database).await?;
        db::migrate(&db).await?;
        let taken = || format!("there is a user “{name}” already; l4d2web set-password gives them another password");
        if db::users::find_by_name(&db, name.as_str()).await?.is_some() {
            bail!(taken());
        }
        let hash = Passwords::new().hash(&new_password(config)?).await?;
        match db::users::insert(&db, &name, &hash, admin, Clock::system().now()).await {
            Err(error) if db::is_duplicate(&error) => bail!(taken()),
            made => made?,
        };
        db.close().await;
        println!("made the user “{name}”{}", if admin { ", an admin" } else { "" });
        Ok(())
    }
}
