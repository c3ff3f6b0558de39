//! Runs the panel: one process for one database, until it is told to stop.

mod connections;
mod listener;
mod lock;
mod notify;

use std::pin::pin;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use connections::answer as answer_on;
pub use listener::{Guarded, Peer};
pub use lock::ServeLock;

use crate::account::{BaseUrl, FirstLink, Passwords, first_link};
use crate::care;
use crate::clock::Clock;
use crate::command;
use crate::config::Config;
use crate::db::{self, Db};
use crate::live::watch;
use crate::play;
use crate::routes;
use crate::state::AppState;

/// How long requests may take to end when the panel stops: a download may be under way.
const GRACE: Duration = Duration::from_secs(10);

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
    let clock = Clock::system();
    match first_link(&db, &clock, &BaseUrl::suggested(&config)).await? {
        FirstLink::NotNeeded => {}
        FirstLink::Given => tracing::warn!(
            "nobody can log in yet: open the link that was given out to make the first user (l4d2web setup-link gives another in its place)"
        ),
        FirstLink::New(link) => tracing::warn!(
            "nobody can log in yet: open {link} within a day to make the first user (l4d2web setup-link gives another link)"
        ),
    }
    play::door::guard(&config.root);
    let (listen, watchdog) = (config.listen, config.watchdog);
    let state = AppState::new(config, db.clone(), clock, Passwords::new());
    if let Err(error) = state.uploads.recover().await {
        tracing::error!(%error, "uploads that were under way could not be seen to");
    }
    command::act::recover(&state).await.context("what was under way in games cannot be seen to")?;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen} (LEFT4ME_LISTEN)"))?;
    // Port 0 lets the kernel choose one.
    let address = listener.local_addr()?;
    tracing::info!(%address, "the panel takes requests");
    notify::ready(&format!("takes requests on {address}"));
    let alive = watchdog.map(|period| tokio::spawn(notify::watch(period, db.clone())));
    let tidy = tokio::spawn({
        let (uploads, stop) = (state.uploads.clone(), stop.clone());
        async move { uploads.tidy(stop).await }
    });
    let watch = tokio::spawn(watch::run(state.clone(), stop.clone()));
    let working = state.config.work.then(|| {
        let (state, stop) = (state.clone(), stop.clone());
        tokio::spawn(async move { state.work(stop).await })
    });
    let bans = tokio::spawn(command::bans::keep(state.clone(), stop.clone()));
    let looks = tokio::spawn(play::run(state.clone(), stop.clone()));
    let profiles = tokio::spawn({
        let (profiles, stop) = (state.profiles.clone(), stop.clone());
        async move { profiles.run(stop).await }
    });
    let care = tokio::spawn(care::run(state.clone(), stop.clone()));
    let mut parts = pin!(parts(watch, looks, working, &stop));
    let mut answering = pin!(answer(state.clone(), listener, stop.clone()));
    tokio::select! {
        () = &mut answering => parts.await?,
        // A panel that does no work, or sees nothing, is worse than one that systemd starts again.
        ended = &mut parts => {
            ended?;
            answering.await;
        }
    }
    state.logs.close().await;
    if timeout(GRACE, state.host.settled()).await.is_err() {
        tracing::warn!("something that asked the host does not end, and is left to systemd");
    }
    tidy.await.context("the care for uploads has broken down")?;
    care.await.context("the care for servers has broken down")?;
    bans.await.context("keeping bans has broken down")?;
    profiles.await.context("asking Steam of players has broken down")?;
    if let Some(alive) = alive {
        alive.abort();
    }
    db.close().await;
    tracing::info!("the panel has stopped");
    Ok(())
}

/// Waits until the watch, the looks into games and the queue have ended.
///
/// # Errors
///
/// At once when one of them ends before `stop` or breaks down.
async fn parts(
    watch: JoinHandle<()>,
    looks: JoinHandle<()>,
    queue: Option<JoinHandle<db::Result<()>>>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let watch = async {
        watch.await.context("the watch of the host has broken down")?;
        ensure!(stop.is_cancelled(), "the watch of the host has ended");
        Ok(())
    };
    let looks = async {
        looks.await.context("the looks into games have broken down")?;
        ensure!(stop.is_cancelled(), "the looks into games have ended");
        Ok(())
    };
    let queue = async {
        let Some(queue) = queue else { return Ok(()) };
        queue.await.context("the queue has broken down")?.context("the queue cannot be read")?;
        ensure!(stop.is_cancelled(), "the queue has ended");
        Ok(())
    };
    tokio::try_join!(watch, looks, queue).map(drop)
}

/// Answers requests until `stop`. Streams end then at once; what else is under way has a while to end.
async fn answer(state: AppState, listener: TcpListener, stop: CancellationToken) {
    let streams = state.streams.clone();
    let stopped = stop.clone();
    let server = connections::answer(Guarded::new(listener), routes::router(state), async move {
        stopped.cancelled().await;
        tracing::info!("the panel stops");
        notify::stopping();
        streams.close();
    });
    let too_long = async {
        stop.cancelled().await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = server => {}
        () = too_long => tracing::warn!("some requests did not end, and are cut off"),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_before_its_time_ends_the_panel() {
        let stop = CancellationToken::new();
        let runs = || tokio::spawn(pending::<()>());
        let works = || Some(tokio::spawn(pending::<db::Result<()>>()));
        let ended = parts(tokio::spawn(async { panic!("a test") }), runs(), works(), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the watch of the host has broken down");
        let ended = parts(tokio::spawn(async {}), runs(), works(), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the watch of the host has ended");
        let ended = parts(runs(), tokio::spawn(async { panic!("a test") }), works(), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the looks into games have broken down");
        let ended = parts(runs(), tokio::spawn(async {}), works(), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the looks into games have ended");
        let ended = parts(runs(), runs(), Some(tokio::spawn(async { Err(sqlx::Error::PoolClosed) })), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the queue cannot be read");
        let ended = parts(runs(), runs(), Some(tokio::spawn(async { panic!("a test") })), &stop).await;
        assert_eq!(ended.unwrap_err().to_string(), "the queue has broken down");
        stop.cancel();
        parts(tokio::spawn(async {}), tokio::spawn(async {}), Some(tokio::spawn(async { Ok(()) })), &stop)
            .await
            .unwrap();
        parts(tokio::spawn(async {}), tokio::spawn(async {}), None, &stop).await.unwrap();
    }
}
