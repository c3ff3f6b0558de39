//! What was never built is no ground to start from: the picker says so, a start is refused, and a start that waits for the build is not.

use axum::http::StatusCode;
use l4d2web::id::ServerId;
use l4d2web::queue::Work;

use super::{Stage, make, save};

const SENTENCE: &str = "Its overlay “Mine” was never built. Build it first.";

#[tokio::test]
async fn a_server_starts_when_its_overlays_are_built() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "Mine", "script", false).await;
    make(&mut stage.zoey, "Spare", "files", false).await;
    make(&mut stage.louis, "Of louis", "files", false).await;
    let blueprint = stage.zoey.post("/blueprints", &[("name", "Versus")]).await.location().to_owned();
    let fields = [("seen", "1793620800"), ("name", "Versus"), ("overlay", "1"), ("expose", "1")];
    assert_eq!(stage.zoey.post(&blueprint, &fields).await.status, StatusCode::SEE_OTHER);
    let body = stage.zoey.get(&blueprint).await;
    assert_eq!(body.text(".stack .what"), "Minescript, never built: a server cannot start with it");
    assert_eq!(body.texts("[name=new] option"), ["Choose an overlay to add", "Spare (files, never built)"]);
    assert_eq!(body.text("[data-given]"), "exec server_overlay_1 // Mine");
    assert!(stage.zoey.get(&page).await.text("main").contains("Versus"), "used by");

    stage.zoey.post("/servers", &[("name", "Friday"), ("blueprint", "1")]).await;
    let body = stage.zoey.get("/servers/1").await;
    assert!(body.text("#notices").contains(SENTENCE), "{}", body.body);
    let reply = stage.zoey.post("/servers/1/start", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains(SENTENCE), "{}", reply.body);
    // What comes to the queue all the same, by a repeated job, is told the same.
    let job = stage.working.job(Work::Start(ServerId(1))).await;
    let body = stage.zoey.get(&format!("/jobs/{job}")).await;
    assert!(
        body.text("main").contains(&format!("{SENTENCE} “Friday” was not started."))
            || body.status == StatusCode::NOT_FOUND
    );

    // A start waits for the build that was asked for before it.
    crate::stand_in::order(stage.working.panel.root.path(), "hold build\n");
    save(&mut stage.zoey, &page, "echo", false).await;
    let reply = stage.zoey.post("/servers/1/start", &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    std::fs::write(stage.working.panel.root.path().join("go"), "").unwrap();
    stage.working.over(3).await;
    assert!(stage.zoey.get("/jobs/3").await.text("main").contains("“Friday” was started."));
    let body = stage.zoey.get(&blueprint).await;
    assert_eq!(body.text(".stack .what"), "Minescript");
}
