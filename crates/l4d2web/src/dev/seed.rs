//! People to log in as.

use crate::account::{Passwords, UserName};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// The password of each user that is made here.
pub const PASSWORD: &str = "left4me-dev";

/// Users to log in as, when the database has none.
///
/// # Errors
///
/// When the database cannot be used.
pub async fn seed(config: &Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database).await?;
    db::migrate(&db).await?;
    if db::users::count(&db).await? == 0 {
        let now = Clock::system().now();
        let hash = Passwords::new().hash(&PASSWORD.into()).await?;
        for (name, admin) in [("admin", true), ("player2", false)] {
            db::users::insert(&db, &UserName::parse(name)?, &hash, admin, now).await?;
        }
    }
    db.close().await;
    Ok(())
}
