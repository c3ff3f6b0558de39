//! Restarts that wait until nobody plays. Nobody is thrown out, and nothing is forgotten.

use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::db::waiting_restarts::{self, Deed, Reason};
use l4d2web::queue::{Condition, JobState, Kind, Work};

use super::{Cared, NOBODY, SOMEBODY, sql};
use crate::play::Manner;

impl Cared {
    /// Asks for a restart as its page does.
    async fn ask(&self) {
        let mut zoey = self.panel.login("zoey").await;
        let reply = zoey.post(&format!("/servers/{}/restart-empty", self.server), &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_server_restarts_when_the_last_player_has_left() {
    let mut cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.ask().await;
    cared.pass().await;
    assert!(cared.jobs().await.is_empty(), "somebody plays");
    let mut zoey = cared.panel.login("zoey").await;
    let page = zoey.get("/servers/1").await;
    let notice = page.text("#notices .notice-moving");
    assert!(notice.contains("When the last player has left, asked by zoey at 12:00 UTC"), "{notice}");

    cared.play(NOBODY);
    cared.pass().await;
    cared.pass().await;
    let jobs = cared.jobs().await;
    assert_eq!(
        jobs.iter().map(|job| (job.kind, job.only_when)).collect::<Vec<_>>(),
        [(Kind::Restart, Some(Condition::Empty))]
    );
    cared.work();
    let job = cared.over(jobs[0].id).await;
    assert_eq!((job.state, cared.restarts()), (JobState::Succeeded, 1), "{job:?}");
    assert_eq!(cared.waiting().await, None);
    cared.pass().await;
    assert_eq!(cared.jobs().await.len(), 1, "once");
    cared.end().await;
}

#[tokio::test]
async fn who_joins_between_the_decision_and_the_restart_is_not_thrown_out() {
    let mut cared = Cared::new().await;
    cared.ask().await;
    cared.pass().await;
    let job = cared.jobs().await.remove(0).id;
    cared.play(SOMEBODY);
    cared.work();
    let job = cared.over(job).await;
    assert_eq!(job.state, JobState::Cancelled, "{job:?}");
    assert!(job.summary.unwrap().starts_with("Nothing was done: somebody plays"));
    assert_eq!(cared.restarts(), 0);
    let row = db::servers::find(&cared.panel.state.db, cared.server).await.unwrap().unwrap();
    assert_eq!(row.last_error, None, "nothing went wrong");
    assert!(cared.waiting().await.is_some(), "it is wished for on");

    cared.pass().await;
    assert_eq!(cared.jobs().await.len(), 1);
    cared.play(NOBODY);
    cared.pass().await;
    let again = cared.jobs().await[1].id;
    assert_eq!(cared.over(again).await.state, JobState::Succeeded);
    assert_eq!((cared.restarts(), cared.waiting().await), (1, None));
    cared.end().await;
}

#[tokio::test]
async fn a_server_that_does_not_say_who_plays_is_left_alone() {
    let mut cared = Cared::new().await;
    cared.ask().await;
    for manner in [Manner::Close, Manner::Says(b"map : c2m1".to_vec()), Manner::WrongNumber, Manner::Cut] {
        cared.fake.set(|script| script.manner = manner.clone());
        cared.pass().await;
        assert!(cared.jobs().await.is_empty(), "{manner:?}");
        assert!(cared.waiting().await.unwrap().trouble.is_some(), "{manner:?}");
    }
    let mut zoey = cared.panel.login("zoey").await;
    let page = zoey.get("/servers/1").await;
    assert!(page.text("#notices .notice-moving").contains("It is tried again."));

    // It answers once more, and no longer when the job asks.
    cared.fake.set(|script| script.manner = Manner::Plain);
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().trouble, None);
    let job = cared.jobs().await.remove(0).id;
    cared.fake.set(|script| script.manner = Manner::Close);
    cared.work();
    let job = cared.over(job).await;
    assert_eq!((job.state, cared.restarts()), (JobState::Cancelled, 0), "{job:?}");
    assert!(job.summary.as_deref().unwrap().contains("could not be seen"), "{job:?}");
    cared.fake.set(|script| script.manner = Manner::Plain);
    cared.pass().await;
    let again = cared.jobs().await[1].id;
    assert_eq!(cared.over(again).await.state, JobState::Succeeded);
    cared.end().await;
}

/// An empty server sleeps, and says so in place of “not hibernating”. Bots keep nobody waiting.
#[tokio::test]
async fn a_server_that_hibernates_or_holds_only_bots_is_empty() {
    for people in [NOBODY, &[("Coach", None, 0, 0), ("Nick", None, 0, 0)]] {
        let cared = Cared::new().await;
        cared.play(people);
        cared.ask().await;
        cared.pass().await;
        assert_eq!(cared.jobs().await.len(), 1);
        cared.end().await;
    }
}

#[tokio::test]
async fn a_restart_that_is_cancelled_is_not_done() {
    let mut cared = Cared::new().await;
    let mut zoey = cared.panel.login("zoey").await;
    cared.ask().await;
    cared.pass().await;
    let job = cared.jobs().await.remove(0).id;
    let reply = zoey.post("/servers/1/restart-empty/cancel", &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    cared.work();
    assert_eq!((cared.over(job).await.state, cared.restarts()), (JobState::Cancelled, 0));
    cared.pass().await;
    assert_eq!((cared.jobs().await.len(), cared.waiting().await), (1, None));
    let reply = zoey.post("/servers/1/restart-empty/cancel", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    cared.end().await;
}

#[tokio::test]
async fn a_server_that_is_stopped_meanwhile_stays_stopped() {
    let mut cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.ask().await;
    cared.work();
    let stop = cared.panel.state.queue.enqueue(Work::Stop(cared.server), Some(cared.owner)).await.unwrap().id;
    assert_eq!(cared.over(stop).await.state, JobState::Succeeded);
    assert_eq!(cared.waiting().await, None, "its next start brings what the restart would have");
    // Even when it was decided a moment before.
    let refused =
        cared.panel.state.queue.enqueue(Work::RestartIf(cared.server, Condition::Empty), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "“Friday Versus” should be stopped, so that it is not restarted.");
    cared.pass().await;
    assert_eq!((cared.jobs().await.len(), cared.restarts()), (1, 0));
    cared.end().await;
}

#[tokio::test]
async fn who_may_not_restart_it_any_more_does_not() {
    let mut cared = Cared::new().await;
    let bill = cared.panel.user("bill").await;
    cared.panel.grant(cared.server, bill, "operate").await;
    let mut browser = cared.panel.login("bill").await;
    cared.play(SOMEBODY);
    assert_eq!(browser.post("/servers/1/restart-empty", &[]).await.status, StatusCode::SEE_OTHER);
    sql(&cared.panel, "DELETE FROM server_grants WHERE server_id = ?", cared.server.0).await;
    cared.play(NOBODY);
    cared.pass().await;
    cared.work();
    let job = cared.jobs().await.remove(0).id;
    assert_eq!((cared.over(job).await.state, cared.restarts()), (JobState::Cancelled, 0));
    assert_eq!(cared.waiting().await, None);
    cared.end().await;
}

/// A restart that somebody presses while one waits for the queue is done whoever plays, as the button says.
#[tokio::test]
async fn a_restart_that_is_pressed_is_done_at_once() {
    let mut cared = Cared::new().await;
    cared.ask().await;
    cared.pass().await;
    cared.play(SOMEBODY);
    let pressed = cared.panel.state.queue.enqueue(Work::Restart(cared.server), Some(cared.owner)).await.unwrap();
    assert!(!pressed.new);
    cared.work();
    assert_eq!((cared.over(pressed.id).await.state, cared.restarts()), (JobState::Succeeded, 1));
    assert_eq!(cared.waiting().await, None);
    cared.end().await;
}

#[tokio::test]
async fn a_newer_game_and_long_hours_are_reasons_until_somebody_declines() {
    let cared = Cared::new().await;
    let mut zoey = cared.panel.login("zoey").await;
    cared.play(SOMEBODY);
    let now = cared.panel.state.clock.now();
    let newer = |status: &mut serde_json::Value| {
        status["layers"] = serde_json::json!([
            { "reference": "installation", "pinned": "trees/installation/1", "current": "trees/installation/2" }
        ]);
        status["started_at"] = serde_json::json!(now - 11 * 3600);
    };
    cared.says(newer).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Update, "by default");
    zoey.post("/servers/1/restart-empty/cancel", &[]).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await, None, "for this build it was declined");

    assert_eq!(zoey.post("/servers/1/care", &[("hours", "12")]).await.status, StatusCode::SEE_OTHER);
    cared.pass().await;
    assert_eq!(cared.waiting().await, None, "it runs for 11 hours");
    cared.panel.state.clock.advance(3600);
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Uptime);
    // It was started again meanwhile: there is no reason any more.
    cared.says(|status| status["started_at"] = serde_json::json!(now)).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await, None);

    let even_newer = |status: &mut serde_json::Value| {
        status["layers"][0]["current"] = serde_json::json!("trees/installation/3");
    };
    cared.says(even_newer).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await, None, "the page was saved without that");
    zoey.post("/servers/1/care", &[("after_update", "yes"), ("hours", "")]).await;
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Update);
    cared.end().await;
}

#[tokio::test]
async fn a_restart_whoever_plays_is_announced_in_the_game() {
    let mut cared = Cared::new().await;
    cared.play(SOMEBODY);
    let (db, clock) = (cared.panel.state.db.clone(), cared.panel.state.clock.clone());
    let at = clock.now() + 300;
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await.unwrap();
    waiting_restarts::put(&mut tx, cared.server, (Deed::Restart, Reason::Schedule), None, Some(at), clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for _ in 0..60 {
        cared.pass().await;
        clock.advance(5);
    }
    let said = ["say \"This server restarts in 5 minutes.\"", "say \"This server restarts in 1 minute.\""];
    assert_eq!(cared.said(), said);
    assert!(cared.jobs().await.is_empty());
    cared.pass().await;
    cared.work();
    let job = cared.jobs().await.remove(0);
    assert_eq!(job.only_when, Some(Condition::Warned));
    assert_eq!((cared.over(job.id).await.state, cared.restarts()), (JobState::Succeeded, 1));
    cared.end().await;
}

/// The panel was away when it should have warned: it warns first, and restarts then.
#[tokio::test]
async fn nobody_is_thrown_out_without_a_word() {
    let cared = Cared::new().await;
    cared.play(SOMEBODY);
    let (db, clock) = (cared.panel.state.db.clone(), cared.panel.state.clock.clone());
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await.unwrap();
    waiting_restarts::put(&mut tx, cared.server, (Deed::Restart, Reason::Schedule), None, Some(clock.now()), 0)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    cared.pass().await;
    cared.pass().await;
    assert!(cared.jobs().await.is_empty());
    assert_eq!(cared.waiting().await.unwrap().forced_at, Some(clock.now() + 300));
    assert_eq!(cared.said().len(), 1);
    // Nobody is left: nobody has to be warned.
    cared.play(NOBODY);
    clock.advance(1000);
    cared.pass().await;
    assert_eq!(cared.jobs().await.len(), 1);
    cared.end().await;
}
