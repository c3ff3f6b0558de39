//! A queue that runs, on a fresh database, with the stand-in for `l4d2ctl`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use l4d2web::account::UserName;
use l4d2web::clock::Clock;
use l4d2web::db::job_lines::JobLine;
use l4d2web::db::job_list::{self, Wanted};
use l4d2web::db::jobs::{self, Job, Whose};
use l4d2web::db::{self, Db};
use l4d2web::id::{BlueprintId, JobId, OverlayId, ServerId, UserId};
use l4d2web::live::Bus;
use l4d2web::maps::Maps;
use l4d2web::queue::{HostWorker, JobState, Queue, Waiting, Work, waits};
use l4d2web::workshop::Workshop;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::panel::NOW;
use crate::stand_in::StandIn;
use crate::steam::StandInSteam;

/// A queue that runs.
pub(super) struct Works {
    pub(super) stand_in: StandIn,
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) queue: Queue,
    /// Where its items come from; none: from nowhere.
    pub(super) steam: Option<StandInSteam>,
    /// Where its maps come from; none: from nowhere.
    pub(super) sites: Option<super::maps::Sites>,
    pub(super) bus: Bus,
    stop: CancellationToken,
    working: Option<JoinHandle<db::Result<()>>>,
}

impl Works {
    /// With these orders, and with as many workers for installs and builds.
    pub(super) async fn new(orders: &str) -> Self {
        let mut works = Self::idle(orders).await;
        works.run();
        works
    }

    /// The same, which runs nothing yet.
    pub(super) async fn idle(orders: &str) -> Self {
        let stand_in = StandIn::new(orders);
        let db = open(stand_in.root.path()).await;
        let clock = Clock::fixed(NOW);
        let bus = Bus::new();
        let queue = Queue::new(db.clone(), clock.clone(), bus.clone());
        Self {
            stand_in,
            db,
            clock,
            queue,
            steam: None,
            sites: None,
            bus,
            stop: CancellationToken::new(),
            working: None,
        }
    }

    /// Begins to run what waits.
    pub(super) fn run(&mut self) {
        let (db, host, clock) = (self.db.clone(), self.stand_in.host.clone(), self.clock.clone());
        let bus = Bus::new();
        let root = self.stand_in.root.path();
        let workshop = match &self.steam {
            Some(steam) => {
                let (url, fetcher) = (steam.url(), steam.fetcher());
                Workshop::with(root, Some(&url), fetcher, db.clone(), clock.clone(), bus.clone())
            }
            None => no_workshop(&db, root),
        };
        let maps = match &self.sites {
            Some(sites) => {
                let (bases, fetchers) = (sites.bases(), sites.fetchers());
                Maps::with(root, bases, fetchers, db.clone(), clock.clone(), bus.clone(), workshop.slots())
            }
            None => no_maps(&db, root, &workshop),
        };
        let worker = HostWorker::new(db, host, clock, bus, (workshop, maps), self.queue.clone());
        self.working = Some(tokio::spawn(self.queue.clone().run(Arc::new(worker), 2, self.stop.clone())));
    }

    /// Ends the queue in order.
    pub(super) async fn stop(&mut self) {
        self.stop.cancel();
        self.working.take().unwrap().await.unwrap().unwrap();
    }

    pub(super) async fn ask(&self, work: Work) -> JobId {
        self.queue.enqueue(work, None).await.unwrap().id
    }

    pub(super) async fn job(&self, id: JobId) -> Job {
        jobs::find(&self.db, id).await.unwrap().unwrap()
    }

    /// What a job waits for; none when it does not wait.
    pub(super) async fn waits(&self, id: JobId) -> Option<Waiting> {
        waits(&self.db).await.unwrap().get(&id).copied()
    }

    /// Waits until a job is over; the job and its lines.
    pub(super) async fn over(&self, id: JobId) -> (Job, Vec<JobLine>) {
        let mut stream = self.queue.feed().subscribe(id, 0).await.unwrap();
        let mut lines = Vec::new();
        while let Some(more) = stream.next().await.unwrap() {
            lines.extend_from_slice(&more);
        }
        let job = self.job(id).await;
        assert!(job.state.is_over(), "{job:?}");
        (job, lines)
    }

    /// Waits until a job is over, and did what it should.
    pub(super) async fn done(&self, work: Work) -> Job {
        let (job, lines) = self.over(self.ask(work).await).await;
        assert_eq!(job.state, JobState::Succeeded, "{job:?} {lines:?}");
        job
    }

    /// Waits until a job has printed this.
    pub(super) async fn prints(&self, id: JobId, text: &str) {
        let mut stream = self.queue.feed().subscribe(id, 0).await.unwrap();
        while let Some(lines) = stream.next().await.unwrap() {
            if lines.iter().any(|line| line.line.contains(text)) {
                return;
            }
        }
        panic!("job {id} ended without printing {text:?}");
    }
}

/// A Workshop that has nothing.
pub(super) fn no_workshop(db: &Db, root: &Path) -> Workshop {
    Workshop::new(root, None, db.clone(), Clock::fixed(NOW), Bus::new())
}

/// Collections that have nothing.
pub(super) fn no_maps(db: &Db, root: &Path, workshop: &Workshop) -> Maps {
    Maps::with(root, HashMap::new(), HashMap::new(), db.clone(), Clock::fixed(NOW), Bus::new(), workshop.slots())
}

/// Nothing of either.
pub(super) fn no_sources(db: &Db, root: &Path) -> (Workshop, Maps) {
    let workshop = no_workshop(db, root);
    let maps = no_maps(db, root, &workshop);
    (workshop, maps)
}

/// A fresh database in this directory, with a user, two overlays and a blueprint that uses the first.
pub(super) async fn open(root: &Path) -> Db {
    let db = Db::open(&root.join("left4me.db")).await.unwrap();
    db::migrate(&db).await.unwrap();
    let (name, hash) = (UserName::parse("player1").unwrap(), "not a hash: nobody logs in");
    db::users::insert(&db, &name, hash, false, NOW).await.unwrap();
    for reference in ["1", "2"] {
        std::fs::create_dir_all(root.join("overlays")).unwrap();
        std::fs::create_dir_all(root.join("trees/overlay").join(reference).join("0")).unwrap();
        let tree = format!("../trees/overlay/{reference}/0");
        std::os::unix::fs::symlink(tree, root.join("overlays").join(reference)).unwrap();
        sql(&db, &format!("INSERT INTO overlays (name, kind, reference, built_at, created_at, updated_at) VALUES ('o{reference}', 'files', '{reference}', 0, 0, 0)")).await;
    }
    sql(
        &db,
        "INSERT INTO blueprints (owner_id, name, config, created_at, updated_at) VALUES (1, 'b', 'sv_cheats 0', 0, 0)",
    )
    .await;
    sql(
        &db,
        "INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position, expose_server_cfg) VALUES (1, 1, 0, 1)",
    )
    .await;
    db
}

/// The user of [`open`].
pub(super) const PLAYER: UserId = UserId(1);
/// The overlay that the blueprint uses.
pub(super) const USED: OverlayId = OverlayId(1);
/// Another one.
pub(super) const UNUSED: OverlayId = OverlayId(2);

/// Adds a server of that blueprint.
pub(super) async fn server(db: &Db, name: &str) -> ServerId {
    let (blueprint, port) = (BlueprintId(1), 27015);
    sql(
        db,
        &format!(
            "INSERT INTO servers (owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at)
             SELECT 1, {blueprint}, '{name}', {port} + coalesce(max(id), 0), 'secret', 0, 0 FROM servers"
        ),
    )
    .await;
    ServerId(number(db, "SELECT max(id) FROM servers").await)
}

/// Runs a statement.
#[expect(clippy::disallowed_methods, reason = "a test lays down rows that pages make otherwise")]
pub(super) async fn sql(db: &Db, statement: &str) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(db.write()).await.unwrap();
}

/// Asks for a number.
#[expect(clippy::disallowed_methods, reason = "a test looks at rows as they are")]
pub(super) async fn number(db: &Db, statement: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(db.write()).await.unwrap()
}

/// The jobs with higher numbers than `last`, the youngest first.
pub(super) async fn jobs_after(db: &Db, last: i64) -> Vec<Job> {
    let all = Wanted { whose: Whose::All, states: &[], kind: None, before: None };
    let mut found = Vec::new();
    for job in job_list::list(db, all, 10_000).await.unwrap().into_iter().take_while(|job| job.id.0 > last) {
        found.push(jobs::find(db, job.id).await.unwrap().unwrap());
    }
    found
}
