//! Random schedules through the real scheduler: no two jobs that exclude each other overlap, nothing starves, every log is
//! complete and in order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use l4d2web::clock::Clock;
use l4d2web::db::jobs::Job;
use l4d2web::db::{Db, job_lines, jobs};
use l4d2web::host::{Line, Stream};
use l4d2web::id::{JobId, OverlayId, ServerId};
use l4d2web::live::Bus;
use l4d2web::queue::{End, JobState, Kind, Outcome, Output, Queue, QueueError, Running, Work, Worker};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio_util::sync::CancellationToken;

use super::works::{number, open, server, sql};
use crate::panel::NOW;

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Event {
    Ask(Work),
    /// Cancels the job that was asked for so many before the last.
    Cancel(usize),
    /// Lets others go on.
    Pass(u8),
}

fn event() -> impl Strategy<Value = Event> {
    let server = || (1..=3_i64).prop_map(ServerId);
    let work = prop_oneof![
        1 => Just(Work::Install),
        1 => Just(Work::Refresh),
        4 => (1..=2_i64).prop_map(|id| Work::Build(OverlayId(id))),
        4 => server().prop_map(Work::Start),
        3 => server().prop_map(Work::Stop),
        2 => server().prop_map(Work::Restart),
        1 => server().prop_map(Work::Reset),
        1 => server().prop_map(Work::Delete),
    ];
    prop_oneof![
        8 => work.prop_map(Event::Ask),
        1 => (0..4_usize).prop_map(Event::Cancel),
        2 => (1..40_u8).prop_map(Event::Pass),
    ]
}

/// Prints numbered lines, gives way often, and notes who runs beside whom.
struct Recorder {
    db: Db,
    running: Mutex<HashMap<JobId, Job>>,
    printed: Mutex<HashMap<JobId, Vec<String>>>,
    clashes: Mutex<Vec<String>>,
}

impl Recorder {
    fn new(db: Db) -> Self {
        Self { db, running: Mutex::default(), printed: Mutex::default(), clashes: Mutex::default() }
    }

    fn begin(&self, job: &Job) {
        if job.work().is_none() {
            self.clashes.lock().unwrap().push(format!("{job:?} ran on what is gone"));
        }
        let mut running = self.running.lock().unwrap();
        let clashes = running.values().filter(|other| exclude(job, other));
        self.clashes.lock().unwrap().extend(clashes.map(|other| format!("{job:?} began beside {other:?}")));
        if running.insert(job.id, job.clone()).is_some() || self.printed.lock().unwrap().contains_key(&job.id) {
            self.clashes.lock().unwrap().push(format!("{job:?} ran twice"));
        }
    }

    fn end(&self, job: &Job, lines: Vec<String>) {
        self.printed.lock().unwrap().insert(job.id, lines);
        self.running.lock().unwrap().remove(&job.id);
    }
}

/// Whether two jobs may not run at the same time, said in another way than the rules are. The blueprint of every server uses
/// overlay 1.
fn exclude(new: &Job, old: &Job) -> bool {
    let alike = new.kind == old.kind && matches!(new.kind, Kind::Install | Kind::Refresh);
    let server = new.server_id.is_some() && new.server_id == old.server_id;
    let overlay = new.overlay_id.is_some() && new.overlay_id == old.overlay_id;
    let built = |build: &Job, start: &Job| {
        build.overlay_id == Some(OverlayId(1))
            && matches!(start.kind, Kind::Start | Kind::Restart)
            && build.id < start.id
    };
    alike || server || overlay || built(new, old) || built(old, new)
}

impl Worker for Recorder {
    fn run<'a>(&'a self, job: &'a Job, output: &'a Output, cancel: &'a CancellationToken) -> Running<'a, Outcome> {
        Box::pin(async move {
            self.begin(job);
            let mut lines = Vec::new();
            let mut end = End::Succeeded;
            for number in 0..job.id.0 * 7 % 23 {
                if cancel.is_cancelled() {
                    end = End::Cancelled;
                    break;
                }
                let text = format!("line {number} of job {}", job.id);
                output.line(Line { stream: Stream::Stdout, text: text.clone() }).await;
                lines.push(text);
                tokio::task::yield_now().await;
            }
            if end == End::Succeeded && job.id.0 % 5 == 0 {
                end = End::Failed;
            }
            if let (End::Succeeded, Some(Work::Delete(server))) = (end, job.work()) {
                sql(&self.db, &format!("DELETE FROM servers WHERE id = {server}")).await;
            }
            let summary = format!("{end:?}");
            lines.push(summary.clone());
            self.end(job, lines);
            Outcome { end, exit_code: None, summary }
        })
    }

    fn look(&self) -> Running<'_, ()> {
        Box::pin(async {})
    }
}

/// Plays a schedule to its end; what was wrong.
async fn play(db: &Db, events: &[Event], workers: usize) -> Result<(), String> {
    let recorder = Arc::new(Recorder::new(db.clone()));
    let queue = Queue::new(db.clone(), Clock::fixed(NOW), Bus::new());
    let stop = CancellationToken::new();
    let running = tokio::spawn(queue.clone().run(Arc::clone(&recorder) as Arc<dyn Worker>, workers, stop.clone()));
    let (mut asked, mut places) = (Vec::new(), places(db).await);
    for event in events {
        match *event {
            Event::Ask(work) => asked.extend(ask(&queue, db, &mut places, work).await?),
            Event::Cancel(back) => {
                if let Some(id) = asked.iter().rev().nth(back) {
                    let _ = queue.cancel(*id, None).await;
                }
            }
            Event::Pass(times) => {
                for _ in 0..times {
                    tokio::task::yield_now().await;
                }
            }
        }
    }
    let drained = async {
        for id in &asked {
            let mut stream = queue.feed().subscribe(*id, 0).await?;
            while stream.next().await?.is_some() {}
        }
        Ok::<_, sqlx::Error>(())
    };
    let drained = tokio::time::timeout(Duration::from_secs(20), drained).await;
    drained.map_err(|_| "a job starves".to_owned())?.map_err(|error| error.to_string())?;
    stop.cancel();
    running.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    judge(db, &recorder, &asked).await
}

/// The servers at the three places that events know. One that was deleted makes room for another.
type Places = [ServerId; 3];

async fn places(db: &Db) -> Places {
    let mut places = [ServerId(0); 3];
    for (index, place) in places.iter_mut().enumerate() {
        let name = format!("server {index}");
        let known = number(db, &format!("SELECT coalesce(max(id), 0) FROM servers WHERE name = '{name}'")).await;
        *place = if known > 0 { ServerId(known) } else { server(db, &name).await };
    }
    places
}

/// Asks for work at a place; none when the server there is about to go.
async fn ask(queue: &Queue, db: &Db, places: &mut Places, work: Work) -> Result<Option<JobId>, String> {
    loop {
        let at = work.server().and_then(|place| usize::try_from(place.0 - 1).ok());
        let work = Work::of(work.kind(), at.map(|at| places[at]), work.overlay(), false).ok_or("no place")?;
        match queue.enqueue(work, None).await {
            Ok(asked) => return Ok(Some(asked.id)),
            Err(QueueError::BeingDeleted(_)) if work.kind() != Kind::Delete => return Ok(None),
            Err(QueueError::NoServer) => *places = self::places(db).await,
            Err(error) => return Err(error.to_string()),
        }
    }
}

async fn judge(db: &Db, recorder: &Recorder, asked: &[JobId]) -> Result<(), String> {
    if let Some(clash) = recorder.clashes.lock().unwrap().first() {
        return Err(clash.clone());
    }
    for id in asked {
        let job = jobs::find(db, *id).await.unwrap().unwrap();
        let printed = recorder.printed.lock().unwrap().get(id).cloned();
        let lines = job_lines::after(db, *id, 0, 1000).await.unwrap();
        let numbered = lines.iter().map(|line| line.seq).eq(1..=i64::try_from(lines.len()).unwrap());
        let ran = printed.is_some();
        let texts: Vec<String> = lines.into_iter().map(|line| line.line).collect();
        let complete = printed.is_none_or(|printed| printed == texts);
        let plausible = match job.state {
            JobState::Succeeded | JobState::Failed => ran,
            JobState::Cancelled => true,
            _ => false,
        };
        if !(numbered && complete && plausible) {
            return Err(format!("{job:?} has {texts:?}"));
        }
    }
    Ok(())
}

#[test]
fn five_hundred_random_schedules() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let root = tempfile::tempdir().unwrap();
    let db = runtime.block_on(open(root.path()));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() });
    let schedule = (proptest::collection::vec(event(), 1..16), 1..4_usize);
    let played = runner.run(&schedule, |(events, workers)| {
        runtime.block_on(async {
            // What a schedule that failed left behind.
            sql(&db, "DELETE FROM jobs").await;
            play(&db, &events, workers).await.map_err(TestCaseError::fail)
        })
    });
    played.unwrap();
}
