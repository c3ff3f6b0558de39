//! What systemd is told of the panel, where systemd runs it: that it is ready, that it works, that it ends.

use std::time::Duration;

use sd_notify::{NotifyState, notify, watchdog_enabled};
use tokio::time::{MissedTickBehavior, interval};

use crate::db::{self, Db};

/// The panel takes requests.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// The panel ends, and takes its time for what runs.
pub(super) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Says that the panel works, as long as the runtime turns and the database answers; three times as often as systemd asks
/// for. Ends at once where nobody asks.
pub(super) async fn keep_alive(db: Db) {
    let mut microseconds = 0;
    if !watchdog_enabled(false, &mut microseconds) {
        return;
    }
    let mut beat = interval(Duration::from_micros(microseconds) / 3);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        match db::users::count(&db).await {
            Ok(_) => tell(NotifyState::Watchdog),
            Err(error) => {
                tracing::error!(%error, "the database does not answer; systemd starts the panel again if it stays so");
            }
        }
    }
}

fn tell(state: NotifyState<'_>) {
    // The environment stays as it is: children get one of their own.
    if let Err(error) = notify(false, &[state]) {
        tracing::warn!(%error, "systemd cannot be told of the panel");
    }
}
