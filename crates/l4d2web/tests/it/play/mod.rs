//! Looks into games, against scripted servers.

mod door;
mod fake;
mod hostile;
mod kept;
mod looks;
mod pages;
mod password;
mod places;
mod profiles;

use std::time::Duration;

use l4d2web::db;
use l4d2web::id::ServerId;
use l4d2web::live::Change;
use l4d2web::play::{self, Look, Unseen};
use l4d2web::servers::spec::Spec;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) use fake::{Fake, Manner, status};

use crate::panel::Panel;

/// A panel that looks into games.
pub(crate) struct Looking {
    pub(crate) panel: Panel,
    pub(crate) changes: Receiver<Change>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Looking {
    pub(crate) async fn new() -> Self {
        Self::at(Panel::new().await)
    }

    pub(crate) fn at(panel: Panel) -> Self {
        let stop = CancellationToken::new();
        let changes = panel.state.bus.listen();
        let task = tokio::spawn(play::run(panel.state.clone(), stop.clone()));
        Self { panel, changes, stop, task }
    }

    /// Stores that a server runs with this port and password, as a start and the watch would.
    pub(crate) async fn runs(&self, server: ServerId, port: u16, password: &str) {
        store(&self.panel, server, port, password, "running", None).await;
    }

    /// The same of a process that began then.
    pub(crate) async fn runs_since(&self, server: ServerId, port: u16, password: &str, started_at: i64) {
        store(&self.panel, server, port, password, "running", Some(started_at)).await;
    }

    /// Stores that it is down.
    pub(crate) async fn is_down(&self, server: ServerId) {
        store(&self.panel, server, 27015, "secret", "stopped", None).await;
    }

    /// Waits until what is known of a server is so.
    pub(crate) async fn until(&mut self, server: ServerId, is_so: impl Fn(&Look) -> bool) -> std::sync::Arc<Look> {
        loop {
            let look = self.panel.state.play.of(server);
            if let Some(look) = look.clone().filter(|look| is_so(look)) {
                return look;
            }
            let change = tokio::time::timeout(Duration::from_mins(1), self.changes.recv()).await;
            match change.unwrap_or_else(|_| panic!("nothing changes; it is {look:?}")) {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => panic!("the bus is closed"),
            }
        }
    }

    /// Waits until a server is seen, or is not for that reason.
    pub(crate) async fn until_unseen(&mut self, server: ServerId, why: Unseen) {
        self.until(server, |look| look.unseen.is_some_and(|(unseen, _)| unseen == why)).await;
    }

    /// Waits until a server does not count as one that runs.
    pub(crate) async fn until_gone(&mut self, server: ServerId) {
        while self.panel.state.play.of(server).is_some() {
            let _ = tokio::time::timeout(Duration::from_mins(1), self.changes.recv()).await.unwrap();
        }
    }

    /// Ends it as the panel would, and gives the panel back.
    pub(crate) async fn end(self) -> Panel {
        self.stop.cancel();
        self.task.await.unwrap();
        self.panel
    }
}

/// A server of zoey's that runs where `fake` is.
pub(crate) async fn server(looking: &Looking, name: &str, fake: &Fake) -> ServerId {
    let owner = db::users::find_by_name(&looking.panel.state.db, "zoey").await.unwrap();
    let owner = match owner {
        Some(owner) => owner.id,
        None => looking.panel.user("zoey").await,
    };
    let server = looking.panel.server(owner, name).await;
    looking.runs(server, fake.port, "secret").await;
    server
}

#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
async fn store(panel: &Panel, server: ServerId, port: u16, password: &str, state: &str, started_at: Option<i64>) {
    let spec = Spec {
        port,
        overlays: Vec::new(),
        arguments: Vec::new(),
        config: Vec::new(),
        hostname: "A scripted fake".to_owned(),
        rcon_password: password.to_owned(),
    };
    let mut status: serde_json::Value =
        serde_json::from_str(include_str!("../../../../l4d2host/tests/golden/status.json")).unwrap();
    for (key, value) in [
        ("name", serde_json::json!(server.to_string())),
        ("state", serde_json::json!(state)),
        ("port", serde_json::json!(port)),
        ("running_port", serde_json::json!(port)),
    ] {
        status[key] = value;
    }
    if let Some(started_at) = started_at {
        status["started_at"] = serde_json::json!(started_at);
    }
    let set = "UPDATE servers SET started_spec = ?, status = ?, status_at = ?, desired = 'running' WHERE id = ?";
    sqlx::query(set)
        .bind(spec.render())
        .bind(status.to_string())
        .bind(panel.state.clock.now())
        .bind(server)
        .execute(panel.state.db.write())
        .await
        .unwrap();
    panel.state.bus.send(Change::Server(server));
}
