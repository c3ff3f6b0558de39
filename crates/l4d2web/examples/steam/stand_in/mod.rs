//! The stand-in itself: also a part of the tests, which run it in their own process.

mod api;
mod catalog;
mod file;
pub(crate) mod package;
mod picture;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) use catalog::{Catalog, Child, Item, Orders};

/// What gives the catalog as it is at that moment.
pub(crate) type Source = Arc<dyn Fn() -> Catalog + Send + Sync>;

/// A stand-in that answers until it is dropped.
#[derive(Debug)]
pub(crate) struct StandIn {
    /// Where it answers.
    pub(crate) url: String,
    /// What was asked, in order.
    pub(crate) requests: watch::Receiver<Vec<String>>,
    task: tokio::task::JoinHandle<()>,
}

/// What handlers reach.
#[derive(Clone)]
pub(crate) struct Shared {
    source: Source,
    url: String,
    requests: Arc<watch::Sender<Vec<String>>>,
    /// Files that were made, by item and version.
    made: Arc<Mutex<HashMap<(i64, i64), Bytes>>>,
    /// How often each order was carried out.
    done: Arc<Mutex<HashMap<String, u32>>>,
}

impl StandIn {
    /// Listens, and answers from then on.
    pub(crate) async fn listen(address: &str, source: Source) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, requests) = watch::channel(Vec::new());
        let shared =
            Shared { source, url: url.clone(), requests: Arc::new(sender), made: Arc::default(), done: Arc::default() };
        let app = Router::new()
            .route("/ISteamRemoteStorage/GetPublishedFileDetails/v1/", post(api::details))
            .route("/ISteamRemoteStorage/GetCollectionDetails/v1/", post(api::collections))
            .route("/file/{id}", get(file::file))
            .route("/elsewhere/{id}", get(file::elsewhere))
            .route("/picture/{id}", get(picture::picture))
            .with_state(shared);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, requests, task })
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// The catalog as it is now.
    fn catalog(&self) -> Catalog {
        (self.source)()
    }

    /// Notes what was asked.
    fn note(&self, request: String) {
        self.requests.send_modify(|requests| requests.push(request));
    }

    /// Whether something that happens `times` times is still to happen now.
    fn is_due(&self, what: String, times: Option<u32>) -> bool {
        let mut done = self.done.lock().expect("nobody panics with it");
        let count = done.entry(what).or_default();
        *count += 1;
        times.is_none_or(|times| *count <= times)
    }

    /// The bytes of an item's file.
    fn made(&self, id: i64, item: &Item) -> Bytes {
        let mut made = self.made.lock().expect("nobody panics with it");
        made.entry((id, item.updated)).or_insert_with(|| Bytes::from(item.file(id))).clone()
    }
}
