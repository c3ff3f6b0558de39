use std::sync::Arc;

use super::listing::Listing;
use crate::db::users::User;
use crate::db::{Kept, Version};
use crate::id::UserId;
use crate::pages::PageResult;
use crate::play::SparksKept;
use crate::state::AppState;

/// Lists that are kept at most; those of other readers are made again.
const MOST: usize = 8;

/// The lists of servers that readers look at, made anew only when something was written to the database, or is seen in a
/// game.
#[derive(Debug)]
pub struct Board {
    /// One for each user, so that nobody takes the places of others by asking under many names.
    kept: Kept<UserId, (Reader, Arc<Listing>)>,
    /// Held by the one who makes a list, so that those who want the same wait for it.
    making: tokio::sync::Mutex<()>,
    /// Who played within a day.
    pub(super) sparks: SparksKept,
}

/// What a list depends on besides the database.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reader {
    admin: bool,
    host: String,
    /// What is seen in games.
    play: u64,
}

impl Board {
    /// The list that `user` sees when the database is this version, or a later one. `host` is what players connect to.
    pub(super) async fn listing(
        &self,
        state: &AppState,
        version: Version,
        user: &User,
        host: &str,
    ) -> PageResult<Arc<Listing>> {
        // Before the list is read, as the version of the database.
        let reader = Reader { admin: user.admin, host: host.to_owned(), play: state.play.version() };
        let known = |version| {
            let (of, listing) = self.kept.get(version, &user.id)?;
            (of == reader).then_some(listing)
        };
        if let Some(listing) = known(version) {
            return Ok(listing);
        }
        let _making = self.making.lock().await;
        // Before the list is read: what is written meanwhile makes another version.
        let version = state.db.version().await?;
        if let Some(listing) = known(version) {
            return Ok(listing);
        }
        let listing = Arc::new(Listing::load(state, user, host).await?);
        self.kept.keep(version, user.id, (reader.clone(), listing.clone()));
        Ok(listing)
    }
}

impl Default for Board {
    fn default() -> Self {
        Self { kept: Kept::new(MOST), making: tokio::sync::Mutex::default(), sparks: SparksKept::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Passwords, UserName};
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::db::{self, Db};

    /// Who asks under many names takes no list from others.
    #[tokio::test]
    async fn a_user_has_one_place() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_str().unwrap().to_owned();
        let config = Config::from_vars(|name| (name == "LEFT4ME_ROOT").then(|| path.clone())).unwrap();
        let db = Db::open(&config.database).await.unwrap();
        db::migrate(&db).await.unwrap();
        let mut users = Vec::new();
        for name in ["zoey", "bill"] {
            let id = db::users::insert(&db, &UserName::parse(name).unwrap(), "not a hash", false, 0).await.unwrap();
            users.push(db::users::find(&db, id).await.unwrap().unwrap());
        }
        let state = AppState::new(config, db, Clock::fixed(0), Passwords::new());
        let version = state.db.version().await.unwrap();
        let list = async |user: &User, host: &str| state.board.listing(&state, version, user, host).await.unwrap();
        let before = list(&users[0], "panel.test").await;
        for number in 0..2 * MOST {
            list(&users[1], &format!("{number}.test")).await;
        }
        assert!(Arc::ptr_eq(&before, &list(&users[0], "panel.test").await), "it is still kept");
        assert!(!Arc::ptr_eq(&before, &list(&users[0], "other.test").await), "it is of one name");
    }
}
