//! What servers do by themselves is noticed: against the stand-in for `l4d2ctl`, which nobody but the test starts and kills servers with.

use std::time::{Duration, Instant};

use l4d2web::db::servers::{Desired, Server};
use l4d2web::db::{self, server_state};
use l4d2web::host::Call;
use l4d2web::host::Yaml;
use l4d2web::host::shape::{State, Status};
use l4d2web::id::ServerId;
use l4d2web::live::{Change, watch};
use tokio::sync::broadcast::Receiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::panel::Panel;
use crate::stand_in::{SPEC, behind, eventually, order, processes};

/// A panel that watches the stand-in, with a server.
struct Watched {
    panel: Panel,
    server: ServerId,
    changes: Receiver<Change>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Watched {
    /// Which notices nothing by polling: that is left to the watch.
    async fn new(orders: &str) -> Self {
        Self::polled(orders, "3600").await
    }

    /// Which asks for all states every so many seconds.
    async fn polled(orders: &str, seconds: &str) -> Self {
        let panel = Panel::polled(seconds).await;
        order(panel.root.path(), orders);
        let owner = panel.user("zoey").await;
        let server = panel.server(owner, "Friday Versus").await;
        let changes = panel.state.bus.listen();
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch::run(panel.state.clone(), stop.clone()));
        Self { panel, server, changes, stop, task }
    }

    /// Starts it as a job of the panel would.
    async fn start(&mut self) {
        let mut db = self.panel.state.db.write().acquire().await.unwrap();
        server_state::set_desired(&mut db, self.server, Desired::Running, 0).await.unwrap();
        drop(db);
        for call in [Call::Initialize(self.server, Yaml(SPEC.to_owned())), Call::Start(self.server)] {
            let (sender, mut lines) = tokio::sync::mpsc::channel(16);
            let never = CancellationToken::new();
            let run = self.panel.state.host.run(&call, sender, &never);
            let drain = async { while lines.recv().await.is_some() {} };
            assert!(tokio::join!(run, drain).0.unwrap().is_success());
        }
        self.until(|server| state(server) == Some(State::Running)).await;
    }

    async fn row(&self) -> Server {
        db::servers::find(&self.panel.state.db, self.server).await.unwrap().unwrap()
    }

    /// Waits for a change after which the row is so; says how long that took.
    async fn until(&mut self, is_so: impl Fn(&Server) -> bool) -> (Server, Duration) {
        let since = Instant::now();
        loop {
            let row = self.row().await;
            if is_so(&row) {
                return (row, since.elapsed());
            }
            let change = tokio::time::timeout(Duration::from_secs(30), self.changes.recv());
            change.await.unwrap_or_else(|_| panic!("no change; the row is {row:?}")).unwrap();
        }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
        let root = self.panel.root;
        eventually("no l4d2ctl is left", || processes(root.path()).is_empty()).await;
    }
}

fn status(server: &Server) -> Option<Status> {
    serde_json::from_str(server.status.as_deref()?).unwrap()
}

fn state(server: &Server) -> Option<State> {
    status(server).map(|status| status.state)
}

#[tokio::test]
async fn a_server_that_is_killed_behind_the_panels_back_is_shown_with_the_reason() {
    let mut watched = Watched::new("").await;
    watched.start().await;
    assert_eq!(watched.row().await.drift_seen_at, None);
    behind(watched.panel.root.path(), &["crash", &watched.server.to_string(), "SEGV"]);
    let (server, after) = watched.until(|server| server.drift_seen_at.is_some()).await;
    assert!(after < Duration::from_secs(5), "{after:?}");
    let status = status(&server).unwrap();
    assert_eq!((status.state, status.exit_status.as_deref()), (State::Failed, Some("SEGV")));
    assert!(status.reason.unwrap().contains("SEGV"));
    // Somebody starts it at the machine: all is as it should be again.
    behind(watched.panel.root.path(), &["up", &watched.server.to_string()]);
    let (server, _) = watched.until(|server| server.drift_seen_at.is_none()).await;
    assert_eq!(state(&server), Some(State::Running));
    watched.end().await;
}

#[tokio::test]
async fn the_watch_is_started_again_when_it_ends() {
    let mut watched = Watched::new("fail watch 70 2").await;
    watched.start().await;
    let since = Instant::now();
    // A start and a crash between two watches are seen by the question that each begins with.
    behind(watched.panel.root.path(), &["quit", &watched.server.to_string()]);
    let (server, _) = watched.until(|server| server.drift_seen_at.is_some()).await;
    assert_eq!(state(&server), Some(State::Stopped));
    assert!(since.elapsed() < Duration::from_secs(5));
    watched.end().await;
}

#[tokio::test]
async fn the_poll_finds_what_the_watch_does_not_tell() {
    // It hangs, and tells nothing.
    let mut watched = Watched::polled("hang watch", "1").await;
    watched.start().await;
    behind(watched.panel.root.path(), &["crash", &watched.server.to_string(), "KILL"]);
    let (_, after) = watched.until(|server| server.drift_seen_at.is_some()).await;
    assert!(after < Duration::from_secs(5), "the poll of this test comes each second: {after:?}");
    watched.end().await;
}

#[tokio::test]
async fn a_server_with_a_job_is_not_called_drifted() {
    let mut watched = Watched::new("").await;
    watched.start().await;
    let state_of = &watched.panel.state;
    let mut db = state_of.db.write().acquire().await.unwrap();
    let work = l4d2web::queue::Work::Stop(watched.server);
    let job = db::jobs::insert(&mut db, work, None, "", 0).await.unwrap();
    drop(db);
    behind(watched.panel.root.path(), &["quit", &watched.server.to_string()]);
    let (server, _) = watched.until(|server| state(server) == Some(State::Stopped)).await;
    assert_eq!(server.drift_seen_at, None);
    // The job is over, and did not change what should be: now it is.
    let mut db = watched.panel.state.db.write().acquire().await.unwrap();
    assert!(db::jobs::cancel_queued(&mut db, job, "", 0).await.unwrap());
    drop(db);
    watched.panel.state.bus.send(Change::Job(job));
    watched.until(|server| server.drift_seen_at.is_some()).await;
    watched.end().await;
}
