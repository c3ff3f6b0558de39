use super::{BaseUrl, Token};
use crate::clock::Clock;
use crate::db::{self, Db};

/// How long a setup link counts, in seconds: a day.
pub const SETUP_FOR: i64 = 24 * 3600;

/// Makes the link by which the first user is made, below `base`. It counts once, for a day, and only while there is no user; earlier ones count no
/// more. None when there is a user.
///
/// # Errors
///
/// When the database fails.
pub async fn setup_link(db: &Db, clock: &Clock, base: &BaseUrl) -> db::Result<Option<String>> {
    let token = Token::random();
    let made = db::setup_links::replace(db, &token.hash(), clock.now() + SETUP_FOR).await?;
    Ok(made.then(|| base.with(&format!("/setup/{}", token.expose()))))
}
