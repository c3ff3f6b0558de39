//! Runs the panel: one process for one database, until it is told to stop.

mod listener;
mod lock;
mod notify;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use listener::{Guarded, Peer};
pub use lock::ServeLock;

use crate::account::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};
use crate::routes;
use crate::state::AppState;

/// Serves until `stop` is cancelled, then lets what runs finish.
///
/// # Errors
///
/// When another process serves the same database, the database cannot be used, or the address cannot be listened on.
pub async fn serve(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let _lock = ServeLock::take(&config.database)?;
    let db = Db::open(&config.database).await?;
    let migrated = db::migrate(&db).await?;
    tracing::info!(from = migrated.from.0, to = migrated.to.0, "the database has its schema");
    let listen = config.listen;
    let state = AppState::new(config, db.clone(), Clock::system(), Passwords::new());
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen} (LEFT4ME_LISTEN)"))?;
    tracing::info!(address = %listen, "the panel takes requests");
    notify::ready(&format!("takes requests on {listen}"));
    let ended = CancellationToken::new();
    tokio::spawn(notify::watch(db.clone(), ended.clone()));
    let service = routes::router(state).into_make_service_with_connect_info::<Peer>();
    axum::serve(Guarded::new(listener), service)
        .with_graceful_shutdown(async move {
            stop.cancelled().await;
            notify::stopping();
        })
        .await?;
    ended.cancel();
    db.close().await;
    Ok(())
}
