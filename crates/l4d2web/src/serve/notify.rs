//! Tells systemd how the panel is (`sd_notify(3)`); without systemd nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::db::{self, Db};

/// The panel takes requests.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The panel lets what runs finish.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("lets what runs finish")]);
}

/// Says that the panel lives three times in each `period`, as long as the database answers within that time.
pub(super) async fn watch(period: Duration, db: Db) {
    let third = period / 3;
    loop {
        match tokio::time::timeout(third, db::users::count(&db)).await {
            Ok(Ok(_)) => tell(&[NotifyState::Watchdog]),
            Ok(Err(error)) => tracing::error!(error = %error, "the database does not answer"),
            Err(_) => tracing::error!(seconds = third.as_secs(), "the database does not answer in time"),
        }
        tokio::time::sleep(third).await;
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(error = %error, "cannot tell systemd how the panel is");
    }
}
