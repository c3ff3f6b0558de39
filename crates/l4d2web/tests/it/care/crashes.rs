//! Servers that end by themselves, that hang, and a game that is newer.

use std::time::Duration;

use l4d2web::care::{look_for_build, look_for_hangs, read_lines};
use l4d2web::db::server_crashes;
use l4d2web::game::{Command, RconError, RconPassword, rcon};
use l4d2web::id::ServerId;
use l4d2web::live::watch;
use l4d2web::play::{self, Cgroups, Line, Lines, Unseen};
use l4d2web::queue::{Condition, Kind};
use tokio_util::sync::CancellationToken;

use super::listener::Listener;
use super::{Cared, sql};
use crate::play::Manner;
use crate::stand_in::{behind, order};

#[tokio::test]
async fn a_crash_is_kept_with_what_it_said_last() {
    let cared = Cared::new().await;
    let stop = CancellationToken::new();
    let mut changes = cared.panel.state.bus.listen();
    let watching = tokio::spawn(watch::run(cared.panel.state.clone(), stop.clone()));
    behind(cared.panel.root.path(), &["crash", "1", "SEGV"]);
    let db = &cared.panel.state.db;
    while server_crashes::since(db, cared.server, 0).await.unwrap().is_empty() {
        tokio::time::timeout(Duration::from_secs(30), changes.recv()).await.unwrap().unwrap();
    }
    read_lines(&cared.panel.state).await.unwrap();
    let crash = server_crashes::since(db, cared.server, 0).await.unwrap().remove(0);
    assert!(crash.how.contains("SEGV") && !crash.back, "{crash:?}");
    assert!(!crash.lines.as_deref().unwrap().is_empty(), "{crash:?}");
    stop.cancel();
    watching.await.unwrap();
    // The clock of this panel stands before that.
    cared.panel.state.clock.advance(crash.at - cared.panel.state.clock.now());
    let mut zoey = cared.panel.login("zoey").await;
    let page = zoey.get("/servers/1/jobs").await;
    assert!(page.text("[sse-swap=crashes] .checks").contains("SEGV"));
    assert!(page.text("#notices .notice-drift:last-child").contains("It ended by itself once within 24 hours"));
    cared.end().await;
}

/// The journal may be away for a moment; what is lost is lost for good, and not asked for without end.
#[tokio::test]
async fn last_lines_that_cannot_be_read_are_read_later() {
    let cared = Cared::new().await;
    let (state, root) = (&cared.panel.state, cared.panel.root.path());
    let lines = async || server_crashes::since(&state.db, cared.server, 0).await.unwrap().remove(0).lines;
    let at = state.host.status(cared.server).await.unwrap().started_at.unwrap() + 1;
    state.clock.advance(at - state.clock.now());
    order(root, "fail logs 70 2\n");
    l4d2web::care::note_crash(&state.db, cared.server, at, "crashed", true, at).await.unwrap();
    for pause in [10, 20] {
        read_lines(state).await.unwrap();
        assert_eq!(lines().await, None);
        state.clock.advance(pause - 1);
        read_lines(state).await.unwrap();
        assert_eq!(lines().await, None, "not yet");
        state.clock.advance(1);
    }
    read_lines(state).await.unwrap();
    assert!(lines().await.is_some_and(|lines| !lines.is_empty()));

    order(root, "record\nfail logs 70\n");
    l4d2web::care::note_crash(&state.db, cared.server, state.clock.now(), "crashed", true, 0).await.unwrap();
    for _ in 0..20 {
        read_lines(state).await.unwrap();
        state.clock.advance(1000);
    }
    assert_eq!(lines().await.as_deref(), Some(""));
    let calls = std::fs::read_to_string(root.join("calls")).unwrap();
    assert_eq!(calls.lines().filter(|line| line.starts_with("begin") && line.contains(" logs ")).count(), 6);
    cared.end().await;
}

#[tokio::test]
async fn a_crash_that_turns_out_to_be_the_last_is_one_crash() {
    let cared = Cared::new().await;
    for (at, back) in [(100, true), (160, true), (160, false), (160, true)] {
        l4d2web::care::note_crash(&cared.panel.state.db, cared.server, at, "crashed", back, at).await.unwrap();
    }
    let crashes = server_crashes::since(&cared.panel.state.db, cared.server, 0).await.unwrap();
    assert_eq!(crashes.iter().map(|crash| (crash.at, crash.back)).collect::<Vec<_>>(), [(160, false), (100, true)]);
    cared.end().await;
}

/// Whoever of the panel asks first when it is back: the queue, or the watch.
#[tokio::test]
async fn what_ended_while_the_panel_was_away_is_counted_once() {
    let mut cared = Cared::new().await;
    let (db, server) = (cared.panel.state.db.clone(), cared.server);
    let crashes = async || server_crashes::since(&db, server, 0).await.unwrap();
    let mut changes = cared.panel.state.bus.listen();
    // It came back by itself, and runs as if nothing had been.
    cared.says(|status| status["started_at"] = serde_json::json!(1000)).await;
    behind(cared.panel.root.path(), &["bounce", "1"]);
    let stop = CancellationToken::new();
    let watching = tokio::spawn(watch::run(cared.panel.state.clone(), stop.clone()));
    while crashes().await.is_empty() {
        tokio::time::timeout(Duration::from_secs(30), changes.recv()).await.unwrap().unwrap();
    }
    let crash = crashes().await.remove(0);
    assert_eq!((crash.how.as_str(), crash.back), ("ended by itself while the panel was away", true));
    stop.cancel();
    watching.await.unwrap();

    // It is away again, and it ends for good.
    behind(cared.panel.root.path(), &["crash", "1", "SEGV"]);
    cared.work();
    while crashes().await.len() < 2 {
        tokio::time::timeout(Duration::from_secs(30), changes.recv()).await.unwrap().unwrap();
    }
    let stop = CancellationToken::new();
    let watching = tokio::spawn(watch::run(cared.panel.state.clone(), stop.clone()));
    let job = cared.panel.state.queue.enqueue(l4d2web::queue::Work::Start(cared.server), None).await.unwrap().id;
    cared.over(job).await;
    stop.cancel();
    watching.await.unwrap();
    let all = crashes().await;
    assert_eq!(all.iter().map(|crash| crash.back).collect::<Vec<_>>(), [false, true], "{all:?}");
    cared.end().await;
}

/// Consoles that do not answer; it says so at once, where a real one takes a minute.
#[derive(Debug, Clone, Copy)]
struct Silent;

impl Lines for Silent {
    type Line = Self;

    async fn open(&self, _: ServerId, _: u16, _: &RconPassword) -> Result<Self, RconError> {
        Err(RconError::Timeout { waiting: rcon::Stage::Reply, after: Duration::from_secs(50) })
    }
}

impl Line for Silent {
    async fn ask(&mut self, _: &Command) -> Result<Vec<u8>, RconError> {
        std::future::pending().await
    }
}

/// Where queries come to a server: a stand-in that answers them with rubbish, or not at all.
struct Queries {
    answers: tokio::sync::watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Queries {
    async fn open(port: u16) -> Self {
        let socket = tokio::net::UdpSocket::bind(("127.0.0.1", port)).await.unwrap();
        let (answers, answering) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move {
            let mut packet = [0; 64];
            loop {
                let (_, from) = socket.recv_from(&mut packet).await.unwrap();
                if *answering.borrow() {
                    socket.send_to(b"\xff\xff\xff\xffIa stand-in", from).await.unwrap();
                }
            }
        });
        Self { answers, task }
    }

    fn answer(&self, answers: bool) {
        self.answers.send_replace(answers);
    }
}

impl Drop for Queries {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_found_after_minutes_and_by_the_process_too() {
    let listener = Listener::start().await;
    let cared = Cared::with(&[("WEBHOOK_ORIGIN", &listener.url)]).await;
    let url = format!("{}/json/token", listener.url);
    let fields = [("name", "Us"), ("url", url.as_str()), ("format", "json"), ("hang", "yes")];
    let mut zoey = cared.panel.login("zoey").await;
    zoey.post("/servers/1/webhooks", &fields).await;
    let (state, stop) = (cared.panel.state.clone(), CancellationToken::new());
    let mut changes = state.bus.listen();
    let looking = tokio::spawn(play::run_with(state.clone(), Silent, Cgroups::of_machine(), stop.clone()));
    let silent = || state.play.of(cared.server).is_some_and(|look| matches!(look.unseen, Some((Unseen::Silent, _))));
    while !silent() {
        tokio::time::timeout(Duration::from_mins(1), changes.recv()).await.unwrap().unwrap();
    }
    let hangs = async || server_crashes::hangs(&state.db, None).await.unwrap();
    // As the host has it, it began now, by a clock that does not stand.
    let started = state.host.status(cared.server).await.unwrap().started_at.unwrap();
    look_for_hangs(&state).await.unwrap();
    assert!(hangs().await.is_empty(), "not yet");
    state.clock.advance((started - state.clock.now()).max(0) + 301);
    // That may be longer than a session lasts.
    let mut zoey = cared.panel.login("zoey").await;
    // Somebody else's question is answered: it does not hang.
    look_for_hangs(&state).await.unwrap();
    assert!(hangs().await.is_empty(), "its console answers");
    cared.fake.set(|script| script.manner = Manner::Close);
    look_for_hangs(&state).await.unwrap();
    assert!(hangs().await.is_empty(), "who closes a connection does something");
    cared.fake.set(|script| script.manner = Manner::Dead);
    look_for_hangs(&state).await.unwrap();
    assert!(hangs().await.is_empty(), "nobody listens for queries: that is something else");
    // Its console alone does not answer: people may play on it.
    let queries = Queries::open(cared.fake.port).await;
    queries.answer(true);
    look_for_hangs(&state).await.unwrap();
    assert_eq!(hangs().await.iter().map(|hang| hang.answers).collect::<Vec<_>>(), [true]);
    assert!(zoey.get("/servers/1").await.text("#notices .notice-drift").contains("Its console does not answer"));
    l4d2web::care::deliver(&state).await.unwrap();
    assert!(listener.heard().is_empty(), "it does not hang");
    queries.answer(false);
    look_for_hangs(&state).await.unwrap();
    assert_eq!(hangs().await.iter().map(|hang| hang.answers).collect::<Vec<_>>(), [false]);
    look_for_hangs(&state).await.unwrap();
    l4d2web::care::deliver(&state).await.unwrap();
    let heard = listener.heard();
    assert_eq!((heard.len(), &heard[0].1["event"]), (1, &"hang".into()), "told once");
    assert!(zoey.get("/servers/1").await.text("#notices .notice-failed").contains("It runs, and does not answer"));
    assert!(cared.jobs().await.is_empty(), "nobody wished that it is restarted");

    // By choice it is restarted, as soon as it hangs again.
    sql(&cared.panel, "DELETE FROM server_hangs WHERE server_id = ?", 1).await;
    zoey.post("/servers/1/care", &[("hang_restart", "yes"), ("hours", "")]).await;
    // With its restart, or not at all.
    sql(
        &cared.panel,
        "CREATE TRIGGER full BEFORE INSERT ON jobs BEGIN SELECT raise(ABORT, 'the disk is full'); END",
        0,
    )
    .await;
    look_for_hangs(&state).await.unwrap_err();
    assert!(hangs().await.is_empty());
    sql(&cared.panel, "DROP TRIGGER full", 0).await;
    look_for_hangs(&state).await.unwrap();
    let jobs = cared.jobs().await;
    assert_eq!(
        jobs.iter().map(|job| (job.kind, job.only_when)).collect::<Vec<_>>(),
        [(Kind::Restart, Some(Condition::Hung))]
    );
    // One that was started anew does not hang any more.
    cared.says(|status| status["started_at"] = serde_json::json!(started + 1)).await;
    look_for_hangs(&state).await.unwrap();
    assert!(hangs().await.is_empty());
    stop.cancel();
    looking.await.unwrap();
    cared.end().await;
}

#[tokio::test]
async fn a_newer_build_is_told_of_once() {
    let listener = Listener::start().await;
    let cared = Cared::with(&[("WEBHOOK_ORIGIN", &listener.url)]).await;
    cared.panel.admin("ada").await;
    let mut ada = cared.panel.login("ada").await;
    let url = format!("{}/json/token", listener.url);
    ada.post("/admin/webhooks", &[("name", "Us"), ("url", &url), ("format", "json"), ("update", "yes")]).await;
    order(cared.panel.root.path(), "build 99999\nrecord\n");
    for _ in 0..3 {
        look_for_build(&cared.panel.state).await.unwrap();
        l4d2web::care::deliver(&cared.panel.state).await.unwrap();
        cared.panel.state.clock.advance(4000);
    }
    let heard = listener.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].1["what"].as_str().unwrap().contains("99999"));
    assert!(ada.get("/servers").await.text(".notices").contains("Steam has a newer game"));
    let calls = std::fs::read_to_string(cared.panel.root.path().join("calls")).unwrap();
    assert_eq!(calls.matches("--refresh").count(), 3, "asked each hour: {calls}");
    cared.end().await;
}
