use std::net::IpAddr;
use std::sync::Arc;

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::Token;
use crate::clock::Clock;
use crate::db::sessions::{Found, Own};
use crate::db::users::User;
use crate::db::{self, Db, Kept};
use crate::id::UserId;

/// A session that is not used ends after this many seconds: a week.
pub const IDLE: i64 = 7 * 24 * 3600;
/// Every session ends after this many seconds: thirty days.
pub const ABSOLUTE: i64 = 30 * 24 * 3600;
/// A use is noted when the last noted one is this many seconds old, so that reading pages seldom writes.
const NOTED: i64 = 60;
/// Sessions that are known without looking into the database, as long as nothing is written to it.
const KEPT: usize = 64;
/// What is kept of a `User-Agent`, in characters.
const AGENT: usize = 200;

/// The sessions of those who are logged in, each known by the token in a cookie.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
    secure: bool,
    kept: Arc<Kept<[u8; 32], Found>>,
}

impl Sessions {
    /// The sessions in `db`; `secure` when browsers come by https.
    #[must_use]
    pub fn new(db: Db, clock: Clock, secure: bool) -> Self {
        Self { db, clock, secure, kept: Arc::new(Kept::new(KEPT)) }
    }

    /// Begins a session, always with a new token, and gives its cookie; none when `user` is not active any more or has another password by now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn begin(&self, user: &User, address: IpAddr, agent: &str) -> db::Result<Option<Cookie<'static>>> {
        let now = self.clock.now();
        db::sessions::sweep(&self.db, now - ABSOLUTE, now - IDLE).await?;
        let token = Token::random();
        let agent: String = agent.chars().take(AGENT).collect();
        let begun = db::sessions::insert(&self.db, user, &token.hash(), &address.to_string(), &agent, now).await?;
        Ok(begun.map(|_| self.cookie(self.name(), token.expose().to_owned())))
    }

    /// The sessions of a user that have not ended, the last used first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn list(&self, user: UserId) -> db::Result<Vec<Own>> {
        let now = self.clock.now();
        db::sessions::list(&self.db, user, now - ABSOLUTE, now - IDLE).await
    }

    /// The session of the cookie in `jar`, with its token; none when there is none, it has ended, or its user is not active.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn find(&self, jar: &CookieJar, address: &str) -> db::Result<Option<(Token, Found)>> {
        let Some(token) = jar.get(self.name()).and_then(|cookie| Token::parse(cookie.value())) else {
            return Ok(None);
        };
        let Some(found) = self.find_token(&token).await? else { return Ok(None) };
        let now = self.clock.now();
        if now - found.last_seen_at >= NOTED {
            // Who only reads is not kept out by a disk on which nothing can be written.
            if let Err(error) = db::sessions::touch(&self.db, found.id, address, now).await {
                tracing::error!(%error, "the use of a session cannot be noted");
            }
        }
        Ok(Some((token, found)))
    }

    /// The session of a token, without noting a use: for streams that ask whether they may go on.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn find_token(&self, token: &Token) -> db::Result<Option<Found>> {
        let (now, hash, version) = (self.clock.now(), token.hash(), self.db.version().await?);
        let (born, used) = (now - ABSOLUTE, now - IDLE);
        if let Some(found) = self.kept.get(version, &hash) {
            return Ok((found.created_at > born && found.last_seen_at > used).then_some(found));
        }
        let found = db::sessions::find(&self.db, version, &hash, born, used).await?;
        if let Some(found) = &found {
            self.kept.keep(version, hash, found.clone());
        }
        Ok(found)
    }

    /// The token of a visitor who is not logged in, from their cookie: what the form token of the login page follows from.
    #[must_use]
    pub fn guest(&self, jar: &CookieJar) -> Option<Token> {
        jar.get(self.guest_name()).and_then(|cookie| Token::parse(cookie.value()))
    }

    /// A cookie for a visitor who is not logged in.
    #[must_use]
    pub fn guest_cookie(&self, token: &Token) -> Cookie<'static> {
        self.cookie(self.guest_name(), token.expose().to_owned())
    }

    /// Takes the cookie of a session away.
    pub fn forget(&self, jar: CookieJar) -> CookieJar {
        let mut cookie = self.cookie(self.name(), String::new());
        cookie.make_removal();
        jar.add(cookie)
    }

    /// The name of the session's cookie. `__Host-` binds it to https, this host and the whole site (RFC 6265bis).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        if self.secure { "__Host-left4me" } else { "left4me" }
    }

    const fn guest_name(&self) -> &'static str {
        if self.secure { "__Host-left4me-guest" } else { "left4me-guest" }
    }

    /// Goes with the browser; the database says how long it counts.
    fn cookie(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(time_of(ABSOLUTE))
            .build()
    }
}

const fn time_of(seconds: i64) -> cookie::time::Duration {
    cookie::time::Duration::seconds(seconds)
}
