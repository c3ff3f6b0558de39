//! What Steam says of players, when the operator has a key: names, and pictures, which the panel fetches itself, so that browsers call nobody else.
//! Without a key there is nothing of it.

mod avatar;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use avatar::AvatarError;

use crate::account::Secret;
use crate::clock::Clock;
use crate::db::steam_profiles::{self, Profile};
use crate::db::{self, Db};
use crate::fetch::Fetcher;
use crate::game::SteamId;
use crate::id::ServerId;
use crate::live::{Bus, Change};
use crate::steam::{Steam, SteamError};

/// How long what Steam said counts, in seconds.
const FRESH: i64 = 86_400;
/// How long those who come are collected before Steam is asked.
const COLLECT: Duration = Duration::from_secs(1);
/// How long to wait when Steam gives no answer: at first, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(30), Duration::from_mins(30));
/// How many wait to be asked for at most.
const WANTED: usize = 10_000;
/// And of those who are on one server.
const OF_ONE: usize = 64;
/// Pictures that are fetched at once.
const AT_ONCE: usize = 4;

/// Profiles of players. A cheap copy.
#[derive(Debug, Clone)]
pub struct Profiles(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    key: Option<Secret>,
    steam: Steam,
    fetcher: Fetcher,
    db: Db,
    clock: Clock,
    bus: Bus,
    /// Where pictures are kept.
    pictures: PathBuf,
    slots: Semaphore,
    /// Pictures that could not be had, and when.
    failed: Mutex<HashMap<SteamId, i64>>,
    /// Of whom Steam is to be asked, and on which server they are.
    wanted: Mutex<HashMap<SteamId, ServerId>>,
    come: Notify,
}

impl Profiles {
    /// Profiles from this API (none: Steam's own) by this key, with pictures below `root`.
    #[must_use]
    pub fn new(root: &Path, api: Option<&Url>, key: Option<Secret>, db: Db, clock: Clock, bus: Bus) -> Self {
        let fetcher = Fetcher::new(Steam::trusted(api));
        Self(Arc::new(Inner {
            key,
            steam: Steam::new(fetcher.clone(), api),
            fetcher,
            db,
            clock,
            bus,
            pictures: root.join("avatars"),
            slots: Semaphore::new(AT_ONCE),
            failed: Mutex::default(),
            wanted: Mutex::default(),
            come: Notify::new(),
        }))
    }

    /// Has Steam asked of somebody who plays on a server, unless it has said something not long ago.
    pub fn want(&self, server: ServerId, id: SteamId) {
        if self.0.key.is_none() {
            return;
        }
        let mut wanted = self.wanted();
        let of_it = wanted.values().filter(|on| **on == server).count();
        if wanted.len() < WANTED && of_it < OF_ONE {
            wanted.insert(id, server);
            self.0.come.notify_one();
        }
    }

    /// Asks until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let Some(key) = &self.0.key else { return };
        let mut pause = AGAIN.0;
        loop {
            tokio::select! {
                () = self.0.come.notified() => {}
                () = stop.cancelled() => return,
            }
            let mut wait = COLLECT;
            while !self.wanted().is_empty() {
                tokio::select! {
                    () = sleep(wait) => {}
                    () = stop.cancelled() => return,
                }
                wait = match self.ask(key, &stop).await {
                    Ok(()) => {
                        pause = AGAIN.0;
                        COLLECT
                    }
                    Err(error) => {
                        tracing::warn!(%error, "Steam says nothing of players; it is asked again later");
                        let longer = (pause * 2).min(AGAIN.1);
                        std::mem::replace(&mut pause, longer)
                    }
                };
            }
        }
    }

    /// Asks of those who wait, as many as are taken at once.
    async fn ask(&self, key: &Secret, stop: &CancellationToken) -> Result<(), AskError> {
        let now = self.0.clock.now();
        let fresh: HashSet<_> = steam_profiles::fresh(&self.0.db, now - FRESH).await?.into_iter().collect();
        let batch: Vec<(SteamId, ServerId)> = {
            let mut wanted = self.wanted();
            wanted.retain(|id, _| !fresh.contains(id));
            wanted.iter().take(Steam::BATCH).map(|(id, server)| (*id, *server)).collect()
        };
        if batch.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = batch.iter().map(|(id, _)| *id).collect();
        let mut people = self.0.steam.people(key, &ids, stop).await?;
        // Only of those who were asked for.
        people.retain(|person| ids.contains(&person.steam_id));
        let profiles: Vec<_> = people
            .into_iter()
            .map(|person| Profile { steam_id: person.steam_id, name: person.name, avatar_url: person.avatar_url })
            .collect();
        steam_profiles::put(&self.0.db, &profiles, now).await?;
        let servers: HashSet<_> = {
            let mut wanted = self.wanted();
            batch.iter().filter_map(|(id, _)| wanted.remove(id)).collect()
        };
        for server in servers {
            self.0.bus.send(Change::Figures(server));
        }
        Ok(())
    }

    /// Forgets those who have played nowhere for as long as sessions are kept, and their pictures.
    pub async fn tidy(&self) {
        match steam_profiles::prune(&self.0.db).await {
            Ok(ids) => {
                for id in ids {
                    self.forget_picture(id).await;
                }
            }
            Err(error) => tracing::error!(%error, "profiles of players who are gone cannot be removed"),
        }
    }

    fn wanted(&self) -> MutexGuard<'_, HashMap<SteamId, ServerId>> {
        // What is guarded is whole at any moment.
        self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing was learnt.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error(transparent)]
    Steam(#[from] SteamError),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Profiles {
    /// What is known of somebody.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn find(&self, id: SteamId) -> db::Result<Option<Profile>> {
        steam_profiles::find(&self.0.db, id).await
    }
}
