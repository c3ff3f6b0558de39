//! A panel that is killed with SIGKILL at random moments: no job is lost or doubled, and states are those of the host.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use l4d2web::clock::Clock;
use l4d2web::db::jobs::Job;
use l4d2web::db::{Db, servers};
use l4d2web::host::shape::{State, Status};
use l4d2web::id::ServerId;
use l4d2web::live::Bus;
use l4d2web::queue::{HostWorker, JobState, Kind, Queue, Work};
use l4d2web::servers::spec::Spec;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::works::{jobs_after, no_sources, number, open, server, sql};
use crate::panel::NOW;
use crate::program::Serving;
use crate::stand_in::{StandIn, eventually, host, processes};

const SEQUENCES: u64 = 50;
const SERVERS: i64 = 4;
/// For one job.
const PATIENCE: Duration = Duration::from_secs(20);
/// Tells the process under test where it works, and on which seed.
const ROOT: &str = "LEFT4ME_TEST_ROOT";
const SEED: &str = "LEFT4ME_TEST_SEED";

/// The process under test: asks for random work, says each job's number once it is in the queue, and runs it. Not a test by itself.
#[tokio::test]
#[ignore = "run by the test below, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "what its parent tells it")]
async fn a_panel_that_will_be_killed() {
    let root = std::env::var(ROOT).unwrap();
    let mut random = StdRng::seed_from_u64(std::env::var(SEED).unwrap().parse().unwrap());
    let root = Path::new(&root);
    let db = Db::open(&root.join("left4me.db")).await.unwrap();
    let queue = Queue::new(db.clone(), Clock::system(), Bus::new());
    let worker =
        HostWorker::new(db.clone(), host(root), Clock::system(), Bus::new(), no_sources(&db, root), queue.clone());
    tokio::spawn(queue.clone().run(Arc::new(worker), 2, CancellationToken::new()));
    for number in 0.. {
        // Each start gets a config of its own, so that it can be told with which one a server runs.
        let config = format!("UPDATE blueprints SET config = 'sv_test {}.{number}'", std::process::id());
        sql(&db, &config).await;
        let id = ServerId(random.random_range(1..=SERVERS));
        let work = match random.random_range(0..4) {
            0 => Work::Stop(id),
            1 => Work::Restart(id),
            _ => Work::Start(id),
        };
        let asked = queue.enqueue(work, None).await.unwrap();
        eprintln!("asked {}", asked.id);
        if random.random_bool(0.3) {
            // As fast as a person who waits for the outcome.
            let mut stream = queue.feed().subscribe(asked.id, 0).await.unwrap();
            while stream.next().await.unwrap().is_some() {}
        }
    }
}

fn spawn(root: &Path, seed: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "queue::kills::a_panel_that_will_be_killed"]);
    command.env(ROOT, root).env(SEED, seed.to_string()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().unwrap()
}

/// Lets it ask for so many jobs, kills it, and returns the numbers of those that were asked for.
async fn kill_after(mut child: Child, jobs: usize) -> Vec<i64> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut asked = Vec::new();
    while asked.len() < jobs {
        let line = lines.next_line().await.unwrap().expect("the panel goes on until it is killed");
        asked.extend(line.strip_prefix("asked ").map(|number| number.parse::<i64>().unwrap()));
    }
    child.kill().await.unwrap();
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_is_killed_loses_and_doubles_no_job() {
    let stand_in = StandIn::new("record\ndelay start 0.02\ndelay stop 0.01\ndelay restart 0.03");
    let root = stand_in.root.path();
    let db = open(root).await;
    for number in 1..=SERVERS {
        server(&db, &format!("server {number}")).await;
    }
    let mut random = StdRng::seed_from_u64(SEQUENCES);
    let (mut interrupted, mut waited, mut cut) = (0, 0, HashSet::new());
    for seed in 0..SEQUENCES {
        let calls = root.join("calls");
        let _ = std::fs::remove_file(&calls);
        let last = number(&db, "SELECT coalesce(max(id), 0) FROM jobs").await;
        let asked = kill_after(spawn(root, seed), random.random_range(1..12)).await;
        // systemd ends what a panel leaves with it; here what is left ends by itself.
        eventually("what the panel left ends", || processes(root).is_empty()).await;
        let left = jobs_after(&db, last).await;
        waited += left.iter().filter(|job| job.state == JobState::Queued).count();
        // The next panel.
        let queue = Queue::new(db.clone(), Clock::fixed(NOW), Bus::new());
        let worker = HostWorker::new(
            db.clone(),
            host(root),
            Clock::fixed(NOW),
            Bus::new(),
            no_sources(&db, root),
            queue.clone(),
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn(queue.clone().run(Arc::new(worker), 2, stop.clone()));
        for job in &left {
            let mut stream = queue.feed().subscribe(job.id, 0).await.unwrap();
            let over = async { while stream.next().await.unwrap().is_some() {} };
            timeout(PATIENCE, over).await.unwrap_or_else(|_| panic!("{job:?} is lost"));
        }
        stop.cancel();
        running.await.unwrap().unwrap();
        let done = jobs_after(&db, last).await;
        for number in asked {
            assert!(number <= last || done.iter().any(|job| job.id.0 == number), "job {number} is lost");
        }
        assert!(done.iter().all(|job| job.state.is_over()), "{done:?}");
        interrupted += done.iter().filter(|job| job.state == JobState::Interrupted).count();
        judge(&done, &std::fs::read_to_string(&calls).unwrap_or_default());
        for id in (1..=SERVERS).map(ServerId) {
            let is = stand_in.host.status(id).await.ok().map(|status| status.state);
            assert_eq!(stored(&db, id).await, is, "after the kill number {seed}");
            runs_with_what_is_stored(&stand_in, &db, id, &done, &mut cut).await;
        }
    }
    assert!(interrupted > 5 && waited > 5, "the kills hit nothing: {interrupted} ran, {waited} waited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_itself_goes_on_where_it_was_killed() {
    let orders = "record\ndelay start 0.05\ndelay stop 0.03\ndelay restart 0.05\nfail start 75 3";
    let StandIn { mut root, host } = StandIn::new(orders);
    let db = open(root.path()).await;
    for number in 1..=SERVERS {
        server(&db, &format!("server {number}")).await;
    }
    let queue = Queue::new(db.clone(), Clock::fixed(NOW), Bus::new());
    let mut random = StdRng::seed_from_u64(SEQUENCES);
    for _ in 0..24 {
        let id = ServerId(random.random_range(1..=SERVERS));
        let work = if random.random_bool(0.6) { Work::Start(id) } else { Work::Restart(id) };
        queue.enqueue(work, None).await.unwrap();
    }
    let calls = root.path().join("calls");
    let begun = || std::fs::read_to_string(&calls).unwrap_or_default().matches("begin ").count();
    for _ in 0..4 {
        let enough = begun() + random.random_range(2..6);
        let mut panel = Serving::start(root, |_| {});
        eventually("it works", || begun() >= enough).await;
        panel.child.kill().unwrap();
        root = std::mem::replace(&mut panel.root, tempfile::tempdir().unwrap());
        eventually("what the panel left ends", || processes(root.path()).is_empty()).await;
    }
    let panel = Serving::start(root, |_| {});
    let writes = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&writes, panel.root.path().join("left4me.db-wal"), inotify::WatchFlags::MODIFY).unwrap();
    let all = jobs_after(&db, 0).await;
    while number(&db, "SELECT count(*) FROM jobs WHERE finished_at IS NULL").await > 0 {
        written(&writes);
    }
    let (code, root) = panel.stop();
    assert_eq!(code, Some(0));
    let done = jobs_after(&db, 0).await;
    assert!(done.iter().any(|job| job.state == JobState::Interrupted) && done.len() == all.len());
    judge(&done, &std::fs::read_to_string(root.path().join("calls")).unwrap());
    for id in (1..=SERVERS).map(ServerId) {
        assert_eq!(stored(&db, id).await, host.status(id).await.ok().map(|status| status.state));
    }
}

/// Waits until something was written to the database, by whichever process, since it was asked last.
fn written(writes: &OwnedFd) {
    let patience = Timespec { tv_sec: PATIENCE.as_secs().cast_signed(), tv_nsec: 0 };
    let ready = poll(&mut [PollFd::new(writes, PollFlags::IN)], Some(&patience)).unwrap();
    assert!(ready > 0, "a job is lost");
    let mut events = [0; 4096];
    rustix::io::read(writes, &mut events).unwrap();
}

/// The spec that is stored as that of the last start is the one that the host was given for it. Where a start was cut off, the panel cannot know
/// whether the server runs with that or with the one before; then the host says so. `cut` holds those servers.
async fn runs_with_what_is_stored(
    stand_in: &StandIn,
    db: &Db,
    id: ServerId,
    done: &[Job],
    cut: &mut HashSet<ServerId>,
) {
    let mut ups: Vec<_> = done.iter().filter(|job| job.server_id == Some(id) && job.kind != Kind::Stop).collect();
    ups.sort_by_key(|job| job.id.0);
    for job in ups {
        match (job.state, job.kind) {
            (JobState::Interrupted, _) => drop(cut.insert(id)),
            (JobState::Succeeded, Kind::Restart) => drop(cut.remove(&id)),
            _ => {}
        }
    }
    let Ok(status) = stand_in.host.status(id).await else { return };
    if status.state != State::Running {
        return;
    }
    let spec = servers::find(db, id).await.unwrap().unwrap().started_spec.expect("what a server runs with is stored");
    let stored = Spec::parse(&spec).unwrap().server_cfg();
    let file = std::fs::read_to_string(stand_in.root.path().join(format!("servers/{id}.json"))).unwrap();
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    let given: Vec<String> = serde_json::from_value(file["started_with"][1].clone()).unwrap();
    assert!(given.iter().any(|line| line.starts_with("sv_test ")), "{given:?}");
    assert!(
        stored == given || (cut.contains(&id) && status.spec_changed),
        "{id} runs with {given:?}, and {stored:?} is stored"
    );
}

/// What the panel believes that a server does; none when the host does not know it.
async fn stored(db: &Db, id: ServerId) -> Option<State> {
    let status = servers::find(db, id).await.unwrap().unwrap().status?;
    Some(serde_json::from_str::<Status>(&status).unwrap().state)
}

/// Each job that ended well did its verb once, one that was interrupted at most once, and nobody else did any.
fn judge(done: &[Job], calls: &str) {
    let mut counted: HashMap<(&str, &str), usize> = HashMap::new();
    for line in calls.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if let ["begin", _, verb @ ("start" | "stop" | "restart"), server] = words[..] {
            *counted.entry((verb, server)).or_default() += 1;
        }
    }
    for kind in [Kind::Start, Kind::Stop, Kind::Restart] {
        for id in (1..=SERVERS).map(ServerId) {
            let of = done.iter().filter(|job| job.kind == kind && job.server_id == Some(id));
            let (mut least, mut most) = (0, 0);
            for job in of {
                match job.state {
                    // A stop of what the host never saw fails, after it was tried.
                    JobState::Succeeded | JobState::Failed => (least, most) = (least + 1, most + 1),
                    JobState::Interrupted => most += 1,
                    _ => {}
                }
            }
            let found = counted.get(&(kind.as_str(), id.to_string().as_str())).copied().unwrap_or(0);
            assert!(
                (least..=most).contains(&found),
                "{kind:?} {id}: {found} runs, {least} to {most} expected: {calls}"
            );
        }
    }
}
