use super::{BaseUrl, Token};
use crate::clock::Clock;
use crate::db::{self, Db};

/// How long a setup link counts, in seconds: a day.
pub const SETUP_FOR: i64 = 24 * 3600;

/// The way in when the panel starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstLink {
    /// There is a user.
    NotNeeded,
    /// A link was given out that still counts. Only its hash is stored, so that it cannot be said again.
    Given,
    /// This one was made.
    New(String),
}

/// Makes a link as [`setup_link`] does, unless one that was given out still counts: that one is not taken from whoever has it.
///
/// # Errors
///
/// When the database fails.
pub async fn first_link(db: &Db, clock: &Clock, base: &BaseUrl) -> db::Result<FirstLink> {
    if db::users::any(db).await? {
        return Ok(FirstLink::NotNeeded);
    }
    let (token, now) = (Token::random(), clock.now());
    let made = db::setup_links::insert(db, &token.hash(), now + SETUP_FOR, now).await?;
    Ok(if made { FirstLink::New(path(base, &token)) } else { FirstLink::Given })
}

fn path(base: &BaseUrl, token: &Token) -> String {
    base.with(&format!("/setup/{}", token.expose()))
}

/// Makes the link by which the first user is made, below `base`. It counts once, for a day, and only while there is no user; earlier ones count no
/// more. None when there is a user.
///
/// # Errors
///
/// When the database fails.
pub async fn setup_link(db: &Db, clock: &Clock, base: &BaseUrl) -> db::Result<Option<String>> {
    let token = Token::random();
    let made = db::setup_links::replace(db, &token.hash(), clock.now() + SETUP_FOR).await?;
    Ok(made.then(|| path(base, &token)))
}
