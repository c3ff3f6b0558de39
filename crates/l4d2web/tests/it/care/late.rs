//! What was decided and comes to be done later, or not at all: a queue that is long, an overlay that is not there, a console that takes no words.

use l4d2web::db::waiting_restarts::{self, Deed, Reason};
use l4d2web::queue::{Condition, JobState, Work};

use super::{Cared, NOBODY, SOMEBODY, sql};
use crate::play::Manner;

impl Cared {
    /// Lets a restart wait that is done at `at`, whoever plays.
    async fn force(&self, at: i64) {
        let (db, now) = (&self.panel.state.db, self.panel.state.clock.now());
        let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await.unwrap();
        let deed = (Deed::Restart, Reason::Schedule);
        assert!(waiting_restarts::put(&mut tx, self.server, deed, None, Some(at), now).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Has care look again and again, a few seconds apart.
    async fn passes(&self, number: usize) {
        for _ in 0..number {
            self.pass().await;
            self.panel.state.clock.advance(5);
        }
    }

    /// Stores that it runs on an older game.
    async fn is_old(&self) {
        let newer = |status: &mut serde_json::Value| {
            status["layers"] = serde_json::json!([
                { "reference": "installation", "pinned": "trees/installation/1", "current": "trees/installation/2" }
            ]);
        };
        self.says(newer).await;
    }

    async fn notice(&self) -> String {
        self.panel.login("zoey").await.get("/servers/1").await.text("#notices .notice-moving")
    }
}

/// Else a server of which an overlay is not built would have a job every five seconds for ever.
#[tokio::test]
async fn what_fails_before_it_has_begun_is_tried_less_and_less_often() {
    let mut cared = Cared::new().await;
    sql(&cared.panel, "INSERT INTO overlays (name, kind, reference, created_at, updated_at) VALUES ('Campaigns', 'script', '77', ?1, ?1)", 0).await;
    sql(&cared.panel, "INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position) VALUES (1, ?, 0)", 1).await;
    cared.play(NOBODY);
    // It has run for long, as the host has it.
    let started = cared.panel.state.host.status(cared.server).await.unwrap().started_at.unwrap();
    cared.panel.state.clock.advance(started - cared.panel.state.clock.now() + 3600);
    cared.panel.login("zoey").await.post("/servers/1/care", &[("hours", "1")]).await;
    cared.work();
    for _ in 0..20 {
        cared.pass().await;
        if let Some(job) = cared.jobs().await.last() {
            cared.over(job.id).await;
        }
    }
    let jobs = cared.jobs().await;
    assert_eq!(jobs.iter().map(|job| job.state).collect::<Vec<_>>(), [JobState::Failed], "{jobs:?}");
    assert_eq!(
        jobs[0].summary.as_deref(),
        Some("Its overlay “Campaigns” was never built. Build it first. Nothing was changed.")
    );
    assert_eq!(cared.restarts(), 0);
    let notice = cared.notice().await;
    assert!(
        notice.contains("Its overlay “Campaigns” was never built.") && notice.contains("It is tried again at"),
        "{notice}"
    );
    // After a minute, then two, and so on, an hour at most.
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let waits = cared.waiting().await.unwrap();
        pauses.push(waits.not_before - cared.panel.state.clock.now());
        cared.panel.state.clock.advance(waits.not_before - cared.panel.state.clock.now() - 1);
        cared.pass().await;
        assert_eq!(cared.jobs().await.len(), pauses.len());
        cared.panel.state.clock.advance(1);
        cared.pass().await;
        let job = cared.jobs().await.pop().unwrap();
        cared.over(job.id).await;
    }
    assert_eq!(pauses, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
    // Somebody who asks for it does not wait, and is told of it.
    cared.panel.login("zoey").await.post("/servers/1/restart-empty", &[]).await;
    sql(&cared.panel, "DELETE FROM blueprint_overlays WHERE overlay_id = ?", 1).await;
    cared.pass().await;
    let job = cared.jobs().await.pop().unwrap();
    assert_eq!((cared.over(job.id).await.state, cared.restarts()), (JobState::Succeeded, 1));
    assert_eq!(cared.waiting().await, None);
    cared.end().await;
}

/// A restart that was announced waits behind a build for longer than that.
#[tokio::test]
async fn a_restart_whose_time_has_passed_in_the_queue_is_announced_anew() {
    let mut cared = Cared::new().await;
    cared.play(SOMEBODY);
    let clock = cared.panel.state.clock.clone();
    cared.force(clock.now() + 300).await;
    cared.passes(61).await;
    let job = cared.jobs().await.remove(0).id;
    clock.advance(600);
    cared.work();
    let job = cared.over(job).await;
    assert_eq!((job.state, cared.restarts()), (JobState::Cancelled, 0), "{job:?}");
    assert!(job.summary.unwrap().starts_with("Nothing was done: its time had passed"));
    let waits = cared.waiting().await.unwrap();
    assert_eq!((waits.forced_at, waits.warned), (Some(clock.now() + 300), 0));
    cared.passes(61).await;
    assert_eq!(cared.said().len(), 4, "{:?}", cared.said());
    let job = cared.jobs().await.remove(1).id;
    assert_eq!((cared.over(job).await.state, cared.restarts()), (JobState::Succeeded, 1));

    // When nobody is left, nobody has to be told.
    cared.force(clock.now()).await;
    cared.play(NOBODY);
    clock.advance(600);
    cared.look().await;
    cared.pass().await;
    let job = cared.jobs().await.remove(2).id;
    assert_eq!((cared.over(job).await.state, cared.restarts()), (JobState::Succeeded, 2));
    cared.end().await;
}

#[tokio::test]
async fn a_warning_counts_when_it_was_said_and_is_not_waited_for_without_end() {
    let cared = Cared::new().await;
    cared.play(SOMEBODY);
    let clock = cared.panel.state.clock.clone();
    let begin = clock.now();
    cared.force(begin + 300).await;
    cared.fake.set(|script| script.manner = Manner::Close);
    cared.pass().await;
    let waits = cared.waiting().await.unwrap();
    assert_eq!(waits.warned, 0, "nobody has heard it");
    assert!(cared.notice().await.contains("Who plays cannot be warned in the game"));
    // It can be said later.
    cared.fake.set(|script| script.manner = Manner::Plain);
    clock.advance(30);
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().warned, 1);
    assert_eq!(cared.said().last().unwrap(), "say \"This server restarts in 5 minutes.\"");

    // Never: then it is put off, for half an hour and not for longer.
    cared.fake.set(|script| script.manner = Manner::Close);
    while cared.jobs().await.is_empty() {
        assert!(clock.now() < begin + 7200, "{:?}", cared.waiting().await);
        cared.pass().await;
        clock.advance(30);
    }
    assert!((begin + 2100..=begin + 2200).contains(&clock.now()), "{}", clock.now() - begin);
    assert_eq!(cared.jobs().await[0].only_when, Some(Condition::Warned));
    cared.end().await;
}

/// It answered again while its restart waited in the queue.
#[tokio::test]
async fn a_server_that_hangs_no_more_is_not_restarted() {
    let mut cared = Cared::new().await;
    let started = cared.panel.state.host.status(cared.server).await.unwrap().started_at.unwrap();
    sql(
        &cared.panel,
        "INSERT INTO server_hangs (server_id, since_at, found_at, started_at) VALUES (1, 0, 0, ?)",
        started,
    )
    .await;
    let work = Work::RestartIf(cared.server, Condition::Hung);
    let job = cared.panel.state.queue.enqueue(work, None).await.unwrap().id;
    cared.work();
    let job = cared.over(job).await;
    assert_eq!((job.state, cared.restarts()), (JobState::Cancelled, 0), "{job:?}");
    assert_eq!(job.summary.as_deref(), Some("Nothing was done: “Friday Versus” does not hang any more."));
    cared.end().await;
}

#[tokio::test]
async fn a_lobby_that_holds_the_server_is_people_who_come_but_not_for_ever() {
    let mut cared = Cared::new().await;
    let held = |cared: &Cared| {
        cared.fake.set(|script| script.status = script.status.replace("(unreserved)", "(reserved 1860000012345678)"));
    };
    cared.play(NOBODY);
    held(&cared);
    cared.panel.login("zoey").await.post("/servers/1/restart-empty", &[]).await;
    cared.passes(35).await;
    assert!(cared.jobs().await.is_empty());
    assert!(cared.notice().await.contains("a lobby holds it"));
    // They came: who holds it after them counts anew.
    cared.play(SOMEBODY);
    cared.passes(1).await;
    cared.play(NOBODY);
    held(&cared);
    cared.passes(35).await;
    assert!(cared.jobs().await.is_empty());
    cared.passes(2).await;
    assert_eq!(cared.jobs().await.len(), 1, "nobody has come");
    cared.work();
    let job = cared.jobs().await.remove(0).id;
    assert_eq!((cared.over(job).await.state, cared.restarts()), (JobState::Succeeded, 1));
    cared.play(NOBODY);
    cared.look().await;
    // One that takes it between the decision and the restart.
    let work = Work::RestartIf(cared.server, Condition::Empty);
    held(&cared);
    let job = cared.panel.state.queue.enqueue(work, None).await.unwrap().id;
    let job = cared.over(job).await;
    assert_eq!((job.state, cared.restarts()), (JobState::Cancelled, 1));
    assert!(job.summary.unwrap().contains("a lobby holds “Friday Versus”"));
    cared.end().await;
}

/// What follows from how a server runs goes with its reason; what somebody asked for stays.
#[tokio::test]
async fn a_wish_that_is_unticked_takes_its_restart_back() {
    let mut cared = Cared::new().await;
    let mut zoey = cared.panel.login("zoey").await;
    cared.play(SOMEBODY);
    cared.is_old().await;
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Update);
    zoey.post("/servers/1/care", &[("hours", "")]).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await, None);

    zoey.post("/servers/1/care", &[("after_update", "yes"), ("hours", "")]).await;
    cared.pass().await;
    zoey.post("/servers/1/restart-empty", &[]).await;
    let waits = cared.waiting().await.unwrap();
    assert_eq!((waits.reason, waits.user_id), (Reason::Asked, Some(cared.owner)));
    zoey.post("/servers/1/care", &[("hours", "")]).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Asked, "somebody asked for it");

    // One that waits in the queue goes, too; and whoever cancels the job there is not asked again at once.
    zoey.post("/servers/1/restart-empty/cancel", &[]).await;
    sql(&cared.panel, "UPDATE server_care SET update_declined = NULL, after_update = 1 WHERE server_id = ?", 1).await;
    cared.play(NOBODY);
    cared.pass().await;
    assert_eq!(cared.jobs().await.len(), 1);
    zoey.post("/servers/1/care", &[("hours", "")]).await;
    cared.pass().await;
    assert_eq!(cared.jobs().await[0].state, JobState::Cancelled);
    zoey.post("/servers/1/care", &[("after_update", "yes"), ("hours", "")]).await;
    cared.pass().await;
    cared.pass().await;
    let job = cared.jobs().await.remove(1).id;
    cared.panel.state.queue.cancel(job, Some(cared.owner)).await.unwrap();
    cared.pass().await;
    cared.pass().await;
    assert_eq!((cared.jobs().await.len(), cared.waiting().await), (2, None));
    cared.work();
    cared.end().await;
}

/// What was to stop it was cancelled while it waited: it should be stopped all the same, and nothing restarts it.
#[tokio::test]
async fn nothing_waits_for_a_server_that_should_be_stopped() {
    let cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.panel.login("zoey").await.post("/servers/1/restart-empty", &[]).await;
    let stop = cared.panel.state.queue.enqueue(Work::Stop(cared.server), Some(cared.owner)).await.unwrap().id;
    cared.pass().await;
    assert!(cared.waiting().await.is_some(), "the stop is still to come");
    cared.panel.state.queue.cancel(stop, Some(cared.owner)).await.unwrap();
    cared.pass().await;
    assert_eq!(cared.waiting().await, None);
    cared.end().await;
}
