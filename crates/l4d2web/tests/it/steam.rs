//! The stand-in for Steam (`examples/steam`), in this process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use l4d2web::fetch::{Fetcher, Limits, Lookup, Lookups};
use l4d2web::steam::{ItemId, Steam};
use url::Url;

pub(crate) use crate::steam_stand_in::{Catalog, Child, Item, Orders};

/// Little patience.
pub(crate) const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    silence: Duration::from_millis(400),
    window: Duration::from_millis(300),
    least: 64 * 1024,
    tries: 3,
    pause: Duration::from_millis(1),
};

/// A stand-in with its catalog.
pub(crate) struct StandInSteam {
    pub(crate) catalog: Arc<Mutex<Catalog>>,
    stand_in: crate::steam_stand_in::StandIn,
}

impl StandInSteam {
    /// One with these items.
    pub(crate) async fn with(items: impl IntoIterator<Item = (i64, Item)>) -> Self {
        let catalog = Arc::new(Mutex::new(Catalog { items: items.into_iter().collect(), ..Catalog::default() }));
        let source = catalog.clone();
        let stand_in =
            crate::steam_stand_in::StandIn::listen("127.0.0.1:0", Arc::new(move || source.lock().unwrap().clone()));
        Self { catalog, stand_in: stand_in.await.unwrap() }
    }

    /// Changes the catalog.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Catalog)) {
        change(&mut self.catalog.lock().unwrap());
    }

    /// Changes an item.
    pub(crate) fn item(&self, id: i64, change: impl FnOnce(&mut Item)) {
        self.change(|catalog| change(catalog.items.get_mut(&id).unwrap()));
    }

    pub(crate) fn url(&self) -> Url {
        Url::parse(&self.stand_in.url).unwrap()
    }

    /// Where an item's file is.
    pub(crate) fn file(&self, id: i64) -> String {
        format!("{}/file/{id}", self.stand_in.url)
    }

    /// A client with little patience that trusts it.
    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::with(Steam::trusted(Some(&self.url())), Arc::new(Nobody), LIMITS)
    }

    /// Its API.
    pub(crate) fn steam(&self) -> Steam {
        Steam::new(self.fetcher(), Some(&self.url()))
    }

    /// What was asked that begins so.
    pub(crate) fn requests(&self, start: &str) -> Vec<String> {
        self.stand_in.requests.borrow().iter().filter(|request| request.starts_with(start)).cloned().collect()
    }
}

/// Knows no name: nothing here leaves this machine.
pub(crate) struct Nobody;

impl Lookup for Nobody {
    fn lookup(&self, _: String) -> Lookups {
        Box::pin(async { Ok(Vec::new()) })
    }
}

pub(crate) fn id(number: i64) -> ItemId {
    ItemId::new(number).unwrap()
}
