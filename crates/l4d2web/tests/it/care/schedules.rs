//! What is done each day: by a clock that is set for summer time, by one that jumps, and by a panel that was away. Nothing is missed, and nothing done
//! twice.

use axum::http::StatusCode;
use l4d2web::care::run_due;
use l4d2web::db::schedules::{self, Action, Schedule};
use l4d2web::db::servers::Desired;
use l4d2web::db::waiting_restarts::Reason;
use l4d2web::id::ServerId;
use l4d2web::queue::{Condition, JobState, Kind};

use super::{Cared, NOBODY, SOMEBODY};

impl Cared {
    async fn add(&self, server: Option<ServerId>, kind: &str, time: &str, zone: &str) {
        let who = if server.is_some() { "zoey" } else { "ada" };
        if server.is_none() {
            self.panel.admin("ada").await;
        }
        let base = server.map_or_else(|| "/admin".to_owned(), |server| format!("/servers/{server}"));
        let mut browser = self.panel.login(who).await;
        let fields = [("kind", kind), ("time", time), ("zone", zone)];
        let reply = browser.post(&format!("{base}/schedules"), &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }

    async fn schedule(&self) -> Schedule {
        schedules::all(&self.panel.state.db).await.unwrap().remove(0)
    }

    /// Sets the clock.
    fn set(&self, time: &str) {
        let clock = &self.panel.state.clock;
        clock.advance(seconds(time) - clock.now());
    }
}

fn seconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// Each half hour of some days it is looked what is due; when it was.
async fn over(from: &str, half_hours: usize, time: &str) -> Vec<String> {
    let cared = Cared::new().await;
    crate::stand_in::order(cared.panel.root.path(), "build 99999\n");
    cared.set(from);
    cared.add(None, "install", time, "Europe/Berlin").await;
    let mut done = Vec::new();
    for _ in 0..half_hours {
        run_due(&cared.panel.state).await.unwrap();
        run_due(&cared.panel.state).await.unwrap();
        if let Some(at) = cared.schedule().await.last_at.filter(|at| done.last() != Some(at)) {
            done.push(at);
        }
        cared.panel.state.clock.advance(1800);
    }
    assert_eq!(cared.jobs().await.len(), 1, "the others found that one waiting");
    cared.end().await;
    done.into_iter().map(|at| jiff::Timestamp::from_second(at).unwrap().to_string()).collect()
}

#[tokio::test]
async fn the_night_in_which_summer_time_begins_has_one() {
    let expected = ["2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"];
    assert_eq!(over("2027-03-26T12:00:00Z", 48 * 3, "02:30").await, expected);
}

#[tokio::test]
async fn the_night_in_which_summer_time_ends_has_one() {
    let expected = ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"];
    assert_eq!(over("2027-10-29T12:00:00Z", 48 * 3, "02:30").await, expected);
}

#[tokio::test]
async fn what_came_too_late_is_done_late_or_skipped_and_says_so() {
    let cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.set("2027-01-10T00:00:00Z");
    cared.add(Some(cared.server), "restart", "05:00", "UTC").await;
    // Back two hours later: done.
    cared.set("2027-01-10T07:00:00Z");
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().reason, Reason::Schedule);
    let schedule = cared.schedule().await;
    assert_eq!(schedule.last.as_deref(), Some("Asked for, late, since the panel was not running."));
    assert_eq!(schedule.next_at, seconds("2027-01-11T05:00:00Z"));
    // It waits still when the next is due.
    cared.set("2027-01-11T05:00:00Z");
    cared.pass().await;
    assert_eq!(cared.schedule().await.last.as_deref(), Some("A restart waited already."));
    // Back after days: the last of them is too long ago, and the next is not missed.
    cared.set("2027-01-15T09:00:00Z");
    cared.pass().await;
    let schedule = cared.schedule().await;
    assert!(schedule.last.unwrap().starts_with("Skipped: the panel was not running"));
    assert_eq!(schedule.next_at, seconds("2027-01-16T05:00:00Z"));
    cared.end().await;
}

#[tokio::test]
async fn a_clock_that_jumps_is_lived_with() {
    let cared = Cared::new().await;
    cared.set("2027-01-10T00:00:00Z");
    cared.add(None, "install", "05:00", "UTC").await;
    // For a moment it is a month ahead.
    cared.set("2027-02-10T06:00:00Z");
    cared.pass().await;
    assert_eq!(cared.schedule().await.next_at, seconds("2027-02-11T05:00:00Z"));
    cared.set("2027-01-10T01:00:00Z");
    cared.pass().await;
    assert_eq!(cared.schedule().await.next_at, seconds("2027-01-10T05:00:00Z"), "planned anew");
    cared.set("2027-01-10T05:00:00Z");
    cared.pass().await;
    assert_eq!(cared.schedule().await.last_at, Some(seconds("2027-01-10T05:00:00Z")));
    // It is set back by an hour: what was done is not done again.
    cared.set("2027-01-10T04:00:00Z");
    for _ in 0..4 {
        cared.pass().await;
        assert_eq!(cared.schedule().await.next_at, seconds("2027-01-11T05:00:00Z"));
        cared.panel.state.clock.advance(1800);
    }
    cared.end().await;
}

#[tokio::test]
async fn two_that_look_at_once_do_it_once() {
    let cared = Cared::new().await;
    cared.set("2027-01-10T00:00:00Z");
    cared.add(Some(cared.server), "start", "05:00", "UTC").await;
    cared.set("2027-01-10T05:00:00Z");
    let state = &cared.panel.state;
    let looks = futures_util::future::join_all((0..8).map(|_| run_due(state))).await;
    assert!(looks.iter().all(Result::is_ok));
    let jobs = cared.jobs().await;
    assert_eq!(jobs.iter().map(|job| (job.kind, job.user_id)).collect::<Vec<_>>(), [(Kind::Start, None)]);
    assert_eq!(cared.schedule().await.last, Some(format!("Asked for: job {}.", jobs[0].id)));
    cared.end().await;
}

#[tokio::test]
async fn a_restart_whoever_plays_begins_with_its_warnings() {
    let cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.set("2027-01-10T00:00:00Z");
    cared.add(Some(cared.server), "restart_anyway", "05:00", "UTC").await;
    assert_eq!(cared.schedule().await.next_at, seconds("2027-01-10T05:00:00Z"));
    cared.set("2027-01-10T04:54:59Z");
    cared.pass().await;
    assert_eq!(cared.waiting().await, None);
    cared.set("2027-01-10T04:55:00Z");
    cared.pass().await;
    assert_eq!(cared.waiting().await.unwrap().forced_at, Some(seconds("2027-01-10T05:00:00Z")));
    assert_eq!(cared.said().len(), 1);
    assert_eq!(cared.schedule().await.next_at, seconds("2027-01-11T05:00:00Z"));
    cared.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_what_would_be_taken() {
    let cared = Cared::new().await;
    let mut zoey = cared.panel.login("zoey").await;
    for (kind, time, zone, error) in [
        ("restart", "25:00", "UTC", "#sc-time-e"),
        ("restart", "05:00", "Middle-earth/Shire", "#sc-zone-e"),
        ("install", "05:00", "UTC", "#sc-kind-e"),
        ("", "", "", "#sc-time-e"),
    ] {
        let reply = zoey.post("/servers/1/schedules", &[("kind", kind), ("time", time), ("zone", zone)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {time} {zone}");
        assert!(!reply.text(error).is_empty());
    }
    let reply = zoey.post("/servers/1/care", &[("hours", "-1")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text("#c-hours-e").contains("from 1 to 720"));
    assert!(schedules::all(&cared.panel.state.db).await.unwrap().is_empty());
    cared.end().await;
}

/// A stop spares who plays, and one that does not warns them.
#[tokio::test]
async fn a_stop_each_day_throws_nobody_out_unwarned() {
    let mut cared = Cared::new().await;
    cared.play(SOMEBODY);
    cared.set("2027-01-10T00:00:00Z");
    cared.add(Some(cared.server), "stop", "05:00", "UTC").await;
    // Late, too.
    cared.set("2027-01-10T07:00:00Z");
    cared.work();
    cared.pass().await;
    cared.pass().await;
    assert!(cared.jobs().await.is_empty(), "somebody plays");
    let mut zoey = cared.panel.login("zoey").await;
    let page = zoey.get("/servers/1").await;
    assert!(page.text("#notices .notice-moving").contains("It stops when nobody plays"));
    cared.play(NOBODY);
    cared.pass().await;
    let job = cared.jobs().await.remove(0);
    assert_eq!((job.kind, job.only_when), (Kind::Stop, Some(Condition::Empty)));
    assert_eq!(cared.over(job.id).await.state, JobState::Succeeded);
    assert_eq!((cared.waiting().await, cared.desired().await), (None, Desired::Stopped));

    cared.start().await;
    cared.play(SOMEBODY);
    zoey.post("/servers/1/schedules/1/delete", &[]).await;
    cared.add(Some(cared.server), "stop_anyway", "05:00", "UTC").await;
    cared.set("2027-01-11T04:55:00Z");
    cared.pass().await;
    cared.set("2027-01-11T04:59:00Z");
    cared.pass().await;
    assert_eq!(cared.said(), ["say \"This server stops in 5 minutes.\"", "say \"This server stops in 1 minute.\""]);
    assert_eq!((cared.jobs().await.len(), cared.desired().await), (1, Desired::Running));
    cared.set("2027-01-11T05:00:00Z");
    cared.pass().await;
    let job = cared.jobs().await.remove(1);
    assert_eq!((job.kind, job.only_when), (Kind::Stop, Some(Condition::Warned)));
    assert_eq!((cared.over(job.id).await.state, cared.desired().await), (JobState::Succeeded, Desired::Stopped));
    cared.end().await;
}

#[tokio::test]
async fn what_is_done_each_day_is_changed_in_place() {
    let cared = Cared::new().await;
    cared.set("2027-01-10T00:00:00Z");
    cared.add(Some(cared.server), "restart", "05:00", "Europe/Berlin").await;
    let mut zoey = cared.panel.login("zoey").await;
    let page = zoey.get("/servers/1/care?schedule=1").await;
    assert_eq!(page.values("#sc-time, #sc-zone, #schedule [name=id]"), ["1", "05:00", "Europe/Berlin"]);
    assert_eq!(page.values("#sc-kind [selected]"), ["restart"]);
    let change = |time| [("id", "1"), ("kind", "stop"), ("time", time), ("zone", "UTC")];
    let reply = zoey.post("/servers/1/schedules", &change("25:00")).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (reply.values("#schedule [name=id]"), reply.values("#sc-time")),
        (vec!["1".to_owned()], vec!["25:00".to_owned()])
    );
    assert_eq!(zoey.post("/servers/1/schedules", &change("06:30")).await.status, StatusCode::SEE_OTHER);
    let schedule = cared.schedule().await;
    assert_eq!((schedule.kind, schedule.minute, schedule.zone.as_str()), (Action::Stop, 390, "UTC"));
    assert_eq!(schedule.next_at, seconds("2027-01-10T06:30:00Z"));
    // Gone meanwhile, or another's.
    zoey.post("/servers/1/schedules/1/delete", &[]).await;
    assert_eq!(zoey.post("/servers/1/schedules", &change("06:30")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(zoey.get("/servers/1/care?schedule=1").await.status, StatusCode::NOT_FOUND);
    cared.end().await;
}
