use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Offer;
use super::offer::item_of;
use crate::db::{self, Db};
use crate::host::{Host, HostError, Of};
use crate::id::ServerId;

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(30);
/// How long the host is left alone after it did not say.
const AGAIN: Duration = Duration::from_secs(5);
/// Where the game looks for .vpk files.
pub const ADDONS: &str = "left4dead2/addons";
/// Most entries of that directory that are looked at.
const ENTRIES: usize = 5000;

/// What each server offers to players, as it was last told.
#[derive(Debug)]
pub struct Offers {
    db: Db,
    host: Host,
    known: Mutex<HashMap<ServerId, Arc<Slot>>>,
}

/// Held by who asks, so that all others wait for that answer.
type Slot = tokio::sync::Mutex<Known>;

/// What is known of one server.
#[derive(Debug, Default)]
struct Known {
    offer: Option<(Instant, Arc<Offer>)>,
    /// When it could not be told.
    failed: Option<Instant>,
}

/// Why it is not known what a server offers.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The host does not say.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The database cannot be read.
    #[error(transparent)]
    Db(#[from] sqlx::Error),
    /// It was asked a moment ago, and did not say.
    #[error("the host was asked a moment ago, and did not say")]
    Again,
}

impl Offers {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(db: Db, host: Host) -> Self {
        Self { db, host, known: Mutex::default() }
    }

    /// What a server offers; at most half a minute old, unless the host does not say, and then as it was.
    ///
    /// # Errors
    ///
    /// When it was never told and cannot be asked for.
    pub async fn of(&self, server: ServerId) -> Result<Arc<Offer>, OfferError> {
        let slot = Arc::clone(self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(server).or_default());
        let mut slot = slot.lock().await;
        if let Some((at, offer)) = &slot.offer
            && at.elapsed() < FRESH
        {
            return Ok(Arc::clone(offer));
        }
        let failed = slot.failed.is_some_and(|at| at.elapsed() < AGAIN);
        let told = if failed { Err(OfferError::Again) } else { self.ask(server).await };
        match told {
            Ok(offer) => {
                let offer = Arc::new(offer);
                *slot = Known { offer: Some((Instant::now(), Arc::clone(&offer))), failed: None };
                Ok(offer)
            }
            Err(error) => {
                if !failed {
                    slot.failed = Some(Instant::now());
                }
                match &slot.offer {
                    Some((_, offer)) => {
                        tracing::info!(%server, %error, "what a server offers is told as it was");
                        Ok(Arc::clone(offer))
                    }
                    None => Err(error),
                }
            }
        }
    }

    /// Forgets what is known of a server.
    pub fn forget(&self, server: ServerId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&server);
    }

    async fn ask(&self, server: ServerId) -> Result<Offer, OfferError> {
        let listing = self.host.asked_by_strangers().files(Of::Server(server), ADDONS, 0, ENTRIES).await;
        let entries = match listing {
            Ok(listing) => listing.entries,
            // Nothing was built or started yet, or the game has no such directory.
            Err(error) if matches!(error.code(), Some(65 | 66)) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let workshop: HashSet<String> = db::public_pages::workshop_references(&self.db).await?.into_iter().collect();
        let mut items = Vec::new();
        for id in entries.iter().filter_map(|entry| item_of(entry, &workshop)) {
            items.extend(db::workshop_items::find(&self.db, id).await?);
        }
        Ok(Offer::of(&entries, &workshop, &items))
    }
}
