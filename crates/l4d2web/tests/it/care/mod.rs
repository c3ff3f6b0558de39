//! Care while nobody looks: on the stand-in for `l4d2ctl`, whose clock stands until the test moves it, with a scripted console beside it.

mod crashes;
mod empty;
mod late;
pub(crate) mod listener;
mod pace;
mod schedules;
mod told;

use l4d2web::db::job_list::{self, Wanted};
use l4d2web::db::jobs::Whose;
use l4d2web::db::jobs::{self, Job};
use l4d2web::db::servers::Desired;
use l4d2web::db::waiting_restarts::{self, WaitingRestart};
use l4d2web::db::{self, server_state};
use l4d2web::host::{Call, Yaml};
use l4d2web::id::{JobId, ServerId, UserId};
use l4d2web::servers::spec::Spec;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::panel::Panel;
use crate::play::{Fake, Manner, status};
use crate::stand_in::order;

/// A panel with a server that runs and a console that says what the test wants.
pub(super) struct Cared {
    pub(super) panel: Panel,
    pub(super) server: ServerId,
    pub(super) owner: UserId,
    pub(super) fake: Fake,
    stop: CancellationToken,
    work: Option<JoinHandle<db::Result<()>>>,
}

/// Those who play in these tests.
pub(super) const SOMEBODY: &[(&str, Option<u32>, u32, u32)] = &[("Mal", Some(70), 60, 30)];
pub(super) const NOBODY: &[(&str, Option<u32>, u32, u32)] = &[];

impl Cared {
    pub(super) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(super) async fn with(vars: &[(&str, &str)]) -> Self {
        let panel = Panel::with(vars).await;
        order(panel.root.path(), "record\n");
        let owner = panel.user("zoey").await;
        let server = panel.server(owner, "Friday Versus").await;
        let fake = Fake::start(Manner::Plain).await;
        let cared = Self { panel, server, owner, fake, stop: CancellationToken::new(), work: None };
        cared.start().await;
        cared
    }

    /// Begins to run what waits in the queue.
    pub(super) fn work(&mut self) {
        let (state, stop) = (self.panel.state.clone(), self.stop.clone());
        self.work = Some(tokio::spawn(async move { state.work(stop).await }));
    }

    /// Starts it at the host, and stores that it runs where the console is.
    pub(super) async fn start(&self) {
        let spec = self.spec();
        for call in [Call::Initialize(self.server, Yaml(spec.clone())), Call::Start(self.server)] {
            let (sender, mut lines) = tokio::sync::mpsc::channel(16);
            let never = CancellationToken::new();
            let run = self.panel.state.host.run(&call, sender, &never);
            let drain = async { while lines.recv().await.is_some() {} };
            assert!(tokio::join!(run, drain).0.unwrap().is_success());
        }
        let db = &self.panel.state.db;
        server_state::set_started_spec(db, self.server, Some(&spec)).await.unwrap();
        server_state::set_desired(&mut db.write().acquire().await.unwrap(), self.server, Desired::Running, 0)
            .await
            .unwrap();
        sql(&self.panel, "UPDATE servers SET port = ? WHERE id = 1", i64::from(self.fake.port)).await;
        self.look().await;
    }

    /// Stores what the host says of it now.
    pub(super) async fn look(&self) {
        let status = self.panel.state.host.status(self.server).await.unwrap();
        let db = &self.panel.state.db;
        let before = db::watched::watched(db, Some(self.server)).await.unwrap().remove(0);
        let status = serde_json::to_string(&status).unwrap();
        assert!(db::watched::set_status(db, &before, Some(&status), self.panel.state.clock.now()).await.unwrap());
    }

    /// Stores a status with something else in it.
    pub(super) async fn says(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let db = &self.panel.state.db;
        let before = db::watched::watched(db, Some(self.server)).await.unwrap().remove(0);
        let mut status = serde_json::from_str(before.status.as_deref().unwrap()).unwrap();
        change(&mut status);
        assert!(db::watched::set_status(db, &before, Some(&status.to_string()), 0).await.unwrap());
    }

    fn spec(&self) -> String {
        let spec = Spec {
            port: self.fake.port,
            overlays: Vec::new(),
            arguments: Vec::new(),
            config: Vec::new(),
            hostname: "Friday Versus".to_owned(),
            rcon_password: "secret".to_owned(),
        };
        spec.render()
    }

    /// Says who plays.
    pub(super) fn play(&self, people: &[(&str, Option<u32>, u32, u32)]) {
        self.fake.set(|script| script.status = status("c2m1_highway", people));
    }

    pub(super) async fn pass(&self) {
        let state = &self.panel.state;
        l4d2web::care::run_due(state).await.unwrap();
        l4d2web::care::wish(state).await.unwrap();
        l4d2web::care::look_at_waiting(state).await.unwrap();
    }

    pub(super) async fn waiting(&self) -> Option<WaitingRestart> {
        waiting_restarts::list(&self.panel.state.db, Some(self.server)).await.unwrap().pop()
    }

    /// All jobs, the oldest first.
    pub(super) async fn jobs(&self) -> Vec<Job> {
        let all = Wanted { whose: Whose::All, states: &[], kind: None, before: None };
        let mut jobs = Vec::new();
        for listed in job_list::list(&self.panel.state.db, all, 1000).await.unwrap() {
            jobs.insert(0, jobs::find(&self.panel.state.db, listed.id).await.unwrap().unwrap());
        }
        jobs
    }

    /// Waits until a job is over.
    pub(super) async fn over(&self, id: JobId) -> Job {
        let mut stream = self.panel.state.queue.feed().subscribe(id, 0).await.unwrap();
        while stream.next().await.unwrap().is_some() {}
        let job = jobs::find(&self.panel.state.db, id).await.unwrap().unwrap();
        assert!(job.state.is_over(), "{job:?}");
        job
    }

    /// What the console was told and does not only ask.
    pub(super) fn said(&self) -> Vec<String> {
        self.fake.asked.borrow().iter().filter(|line| *line != "status").cloned().collect()
    }

    /// What should be of the server.
    pub(super) async fn desired(&self) -> Desired {
        db::servers::find(&self.panel.state.db, self.server).await.unwrap().unwrap().desired
    }

    /// How often the host has restarted the server.
    pub(super) fn restarts(&self) -> usize {
        let calls = std::fs::read_to_string(self.panel.root.path().join("calls")).unwrap_or_default();
        calls.lines().filter(|line| line.starts_with("begin") && line.contains(" restart ")).count()
    }

    pub(super) async fn end(self) {
        self.stop.cancel();
        if let Some(work) = self.work {
            work.await.unwrap().unwrap();
        }
    }
}

/// Runs a statement that is not one of the panel's, with a number in it.
#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
pub(super) async fn sql(panel: &Panel, statement: &'static str, number: i64) {
    sqlx::query(statement).bind(number).execute(panel.state.db.write()).await.unwrap();
}
