use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::db::job_list::Wanted;
use l4d2web::db::jobs::Whose;
use rstest::rstest;

use super::{make, panel};
use crate::panel::Panel;

/// Lets a server be in a state, as the host would tell it.
#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
pub(super) async fn put(panel: &Panel, id: i64, state: &str, desired: &str) {
    let golden = include_str!("../../../../l4d2host/tests/golden/status.json");
    let mut status: serde_json::Value = serde_json::from_str(golden).unwrap();
    status["state"] = state.into();
    status["stale"] = false.into();
    if state != "running" {
        status["reason"] = "it crashed with signal SEGV; `l4d2ctl start 1` tries again".into();
    }
    sqlx::query("UPDATE servers SET status = ?, desired = ?, started_spec = 'port: 1' WHERE id = ?")
        .bind(status.to_string())
        .bind(desired)
        .bind(id)
        .execute(panel.state.db.write())
        .await
        .unwrap();
}

async fn jobs(panel: &Panel) -> Vec<String> {
    let all = Wanted { whose: Whose::All, states: &[], kind: None, before: None };
    let jobs = db::job_list::list(&panel.state.db, all, 50).await.unwrap();
    jobs.iter().rev().map(|job| format!("{} {:?}", job.kind.as_str(), job.state)).collect()
}

#[rstest]
#[case("stopped", "stopped", "start", 303, "")]
#[case("stopped", "stopped", "stop", 409, "It is stopped already.")]
#[case("stopped", "stopped", "restart", 409, "Start it first.")]
#[case("stopped", "stopped", "reset", 303, "")]
#[case("stopped", "stopped", "accept", 409, "“Alpha” is as it should be. There is nothing to accept.")]
#[case("running", "running", "start", 409, "It is running already.")]
#[case("running", "running", "stop", 303, "")]
#[case("running", "running", "restart", 303, "")]
#[case("stopping", "stopped", "start", 409, "It is still stopping.")]
#[case("failed", "running", "start", 303, "")]
#[case("failed", "running", "stop", 409, "It is not running.")]
#[case("failed", "running", "accept", 303, "")]
#[tokio::test]
async fn what_cannot_be_done_says_why(
    #[case] state: &str,
    #[case] desired: &str,
    #[case] verb: &str,
    #[case] status: u16,
    #[case] sentence: &str,
) {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    put(&panel, 1, state, desired).await;
    let reply = zoey.post(&format!("/servers/1/{verb}"), &[]).await;
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    assert!(reply.body.contains(sentence), "{}", reply.body);
    let expected = match (status, verb) {
        (409, _) => vec![],
        (_, "accept") => vec!["stop Queued".to_owned()],
        _ => vec![format!("{verb} Queued")],
    };
    assert_eq!(jobs(&panel).await, expected);
}

#[tokio::test]
async fn the_same_wish_twice_is_refused_and_a_stop_overtakes_a_start() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    let reply = zoey.post("/servers/1/start", &[("back", "list")]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/servers"));
    let reply = zoey.post("/servers/1/start", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("It is starting already."));
    assert_eq!(zoey.post("/servers/1/stop", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(jobs(&panel).await, ["start Cancelled", "stop Queued"]);
    let reply = zoey.post("/servers/1/start", &[]).await;
    assert!(reply.body.contains("Wait for job 2, which stops it."), "{}", reply.body);
}

#[tokio::test]
async fn a_script_gets_a_toast_with_the_job() {
    let (_panel, mut zoey) = panel().await;
    make(&mut zoey, "Köln").await;
    let reply = zoey.script("/servers/1/start", &[]).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    let event: serde_json::Value = serde_json::from_str(reply.headers["hx-trigger"].to_str().unwrap()).unwrap();
    let expected = serde_json::json!({"toast": {"text": "Starting Köln.", "href": "/jobs/1", "word": "Job 1"}});
    assert_eq!(event, expected);
    let reply = zoey.script("/servers/1/start", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::CONFLICT, "It is starting already."));
}

#[tokio::test]
async fn what_runs_and_should_not_may_be_kept() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    put(&panel, 1, "running", "stopped").await;
    assert_eq!(zoey.post("/servers/1/accept", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(super::row(&panel, id).await.desired, db::servers::Desired::Running);
    assert!(jobs(&panel).await.is_empty());
}

#[tokio::test]
async fn deleting_asks_for_the_name() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Friday Versus").await;
    for (typed, sentence) in [
        ("friday", "That is “friday”. The name is “Friday Versus”."),
        ("", "Nothing was typed. The name is “Friday Versus”."),
    ] {
        let reply = zoey.post("/servers/1/delete", &[("name", typed)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains(sentence), "{}", reply.body);
        let reply = zoey.script("/servers/1/delete", &[("name", typed)]).await;
        assert!(reply.body.starts_with("<form") && reply.body.contains(sentence), "{}", reply.body);
    }
    assert!(jobs(&panel).await.is_empty());
    let reply = zoey.post("/servers/1/delete", &[("name", " Friday Versus ")]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/servers"));
    assert_eq!(jobs(&panel).await, ["delete Queued"]);
    for (verb, fields) in [("delete", [("name", "Friday Versus")]), ("start", [("", "")]), ("reset", [("", "")])] {
        let reply = zoey.post(&format!("/servers/1/{verb}"), &fields).await;
        assert_eq!(reply.status, StatusCode::CONFLICT, "{verb}");
        assert!(reply.body.contains("deletes it"), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_blueprint_that_servers_use_stays_and_names_them() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Friday Versus").await;
    make(&mut zoey, "Practice").await;
    zoey.post("/blueprints/1/share", &[("shared", "yes")]).await;
    panel.user("louis").await;
    make(&mut panel.login("louis").await, "Not hers").await;
    let reply = zoey.post("/blueprints/1/delete", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let sentence = "“Versus” is in use by “Friday Versus”, “Practice”, 1 server of somebody else. Give them another blueprint first, then delete this one.";
    assert!(reply.body.contains(sentence), "{}", reply.body);
    let page = zoey.get("/blueprints/1").await.body;
    assert!(page.contains("3 servers use it. Those that run get what is saved at the next restart."), "{page}");
    assert!(!page.contains("Not hers"));
}

#[tokio::test]
async fn an_admin_may_leave_it_stopped_but_not_let_it_run() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    panel.admin("bill").await;
    let mut bill = panel.login("bill").await;
    put(&panel, 1, "running", "stopped").await;
    assert!(!bill.get("/servers/1").await.body.contains("Let it run"));
    let reply = bill.post("/servers/1/accept", &[]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(super::row(&panel, id).await.desired, db::servers::Desired::Stopped);
    put(&panel, 1, "failed", "running").await;
    assert!(bill.get("/servers/1").await.body.contains("Leave it stopped"));
    assert_eq!(bill.post("/servers/1/accept", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(jobs(&panel).await, ["stop Queued"]);
}
