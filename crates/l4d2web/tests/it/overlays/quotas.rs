//! How much users may have: set by admins, named when they refuse, and shown to those they are for.

use axum::http::StatusCode;
use l4d2web::db::quotas::{self, Quota};
use l4d2web::id::UserId;

use super::{Stage, make, save};

#[tokio::test]
async fn an_admin_says_how_much_somebody_may_have() {
    let mut stage = Stage::new("").await;
    let fields = [("servers", "2"), ("space", "0.5")];
    let reply = stage.bill.post("/admin/users/2/quota", &fields).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/admin/users"));
    let usage = quotas::usage(&stage.working.panel.state.db, UserId(2)).await.unwrap();
    assert_eq!(usage.quota, Quota { servers: Some(2), overlay_bytes: Some(500_000_000) });
    let body = stage.bill.get("/admin/users?quota=2").await;
    assert!(body.text("#user-2").contains("at most 2 servers, 500 MB of overlays"), "{}", body.body);
    assert!(body.body.contains("value=\"0.5\""), "what is stored is in the form");
    let body = stage.zoey.get("/profile").await;
    assert!(body.text("main").contains("0 of 2") && body.text("main").contains("0 B of 500 MB"), "{}", body.body);
    let fields = [("servers", "many"), ("space", "a lot")];
    for reply in [
        stage.bill.post("/admin/users/2/quota", &fields).await,
        stage.bill.script("/admin/users/2/quota", &fields).await,
    ] {
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains("That is not a number of servers."), "{}", reply.body);
        assert!(reply.body.contains("That is not an amount of GB.") && reply.body.contains("value=\"a lot\""));
    }
    stage.bill.post("/admin/users/2/quota", &[]).await;
    let usage = quotas::usage(&stage.working.panel.state.db, UserId(2)).await.unwrap();
    assert_eq!(usage.quota, Quota::default(), "nothing typed is no limit");
    assert_eq!(stage.bill.post("/admin/users/99/quota", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_server_too_many_is_refused_however_it_would_come() {
    let mut stage = Stage::new("").await;
    stage.bill.post("/admin/users/2/quota", &[("servers", "1")]).await;
    stage.zoey.post("/blueprints", &[("name", "Versus")]).await;
    let reply = stage.zoey.post("/servers", &[("name", "One"), ("blueprint", "1")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let reply = stage.zoey.post("/servers", &[("name", "Two"), ("blueprint", "1")]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let sentence = "You have 1 server, and may not have more. Delete one first, or ask an admin for more.";
    assert!(reply.body.contains(sentence) && reply.body.contains("value=\"Two\""), "{}", reply.body);
    let usage = quotas::usage(&stage.working.panel.state.db, UserId(2)).await.unwrap();
    assert_eq!(usage.servers, 1);

    stage.louis.post("/blueprints", &[("name", "Versus")]).await;
    stage.louis.post("/servers", &[("name", "Three"), ("blueprint", "2")]).await;
    let reply = stage.louis.post("/servers/2/hand-over", &[("user", "zoey")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("zoey has 1 server and may not have more."), "{}", reply.body);
}

#[tokio::test]
async fn an_overlay_grows_by_what_is_left_and_no_further() {
    let mut stage = Stage::new("").await;
    let db = stage.working.panel.state.db.clone();
    let limit = async |bytes| {
        quotas::set(&db, UserId(2), Quota { servers: None, overlay_bytes: Some(bytes) }).await.unwrap();
    };
    let page = make(&mut stage.zoey, "Mine", "script", false).await;
    limit(10_000).await;
    save(&mut stage.zoey, &page, "echo 1", false).await;
    stage.working.over(1).await;
    let used = quotas::usage(&db, UserId(2)).await.unwrap().overlay_bytes;
    assert!(used > 50 && used < 1000, "{used}");

    // The host is told how much may be there, and what is there already counts for it.
    limit(used).await;
    save(&mut stage.zoey, &page, "echo 2", false).await;
    stage.working.over(2).await;
    let body = stage.zoey.get(&page).await;
    assert_eq!(body.text("#build .state"), "Failed");
    assert!(body.text("#build").contains(&format!("and {used} are allowed")), "{}", body.body);

    // Another one finds no room at all, and is told before anything runs.
    let second = make(&mut stage.zoey, "Second", "script", false).await;
    let reply = save(&mut stage.zoey, &second, "echo", false).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = reply.text("#script-e");
    assert!(said.contains("that they may hold. Delete an overlay first, or ask an admin for more."), "{said}");
    make(&mut stage.zoey, "Third", "files", false).await;
    let reply = stage.zoey.post("/overlays/3/build", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains("ask an admin for more"), "{}", reply.body);

    // Everybody's overlays count for nobody.
    let shared = make(&mut stage.bill, "For all", "script", true).await;
    quotas::set(&db, UserId(1), Quota { servers: Some(0), overlay_bytes: Some(0) }).await.unwrap();
    save(&mut stage.bill, &shared, "echo", false).await;
    stage.working.over(3).await;
    assert_eq!(stage.bill.get(&shared).await.text("#build .state"), "Built");
}
