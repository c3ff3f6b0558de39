use anyhow::Context as _;
use clap::Args;

use super::new_password::new_password;
use crate::account::{Passwords, UserName};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// Gives a user another password and ends all their sessions
#[derive(Debug, Args)]
pub(super) struct SetPassword {
    /// What they are called
    name: UserName,
}

impl SetPassword {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let Self { name } = self;
        let db = Db::open(&config.database).await?;
        db::migrate(&db).await?;
        let user = db::users::find_by_name(&db, name.as_str()).await?.with_context(|| {
            format!("there is no user “{name}” in {}; l4d2web create-user makes one", db.path().display())
        })?;
        let hash = Passwords::new().hash(&new_password(config)?).await?;
        let ended = db::users::set_password(&db, user.id, &hash, None, Clock::system().now()).await?;
        db.close().await;
        let sessions = match ended {
            0 => "there was no session to end".to_owned(),
            1 => "1 session has ended".to_owned(),
            ended => format!("{ended} sessions have ended"),
        };
        println!("“{name}” has another password; {sessions}");
        if !user.active {
            println!("“{name}” is not active: an admin lets them in under Admin, Users");
        }
        Ok(())
    }
}
