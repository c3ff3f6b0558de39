//! Logging in and out.

use axum::http::StatusCode;

use crate::panel::{Browser, PASSWORD, Panel};

#[tokio::test]
async fn a_user_logs_in_and_out() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.browser();
    let reply = browser.get("/servers").await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/login?next=%2Fservers"));
    let reply = browser.post("/login", &[("name", "zoey"), ("password", "wrong horse")]).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let reply = browser.post("/login", &[("name", "Zoey"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/servers"));
    assert_eq!(browser.get("/servers").await.status, StatusCode::OK);
    let stolen = browser.clone();
    browser.post("/logout", &[]).await;
    assert_eq!(browser.get("/servers").await.status, StatusCode::SEE_OTHER);
    assert_eq!(stolen.clone().get("/servers").await.status, StatusCode::SEE_OTHER, "the session itself has ended");
}

#[tokio::test]
async fn a_form_that_does_not_say_where_it_comes_from_needs_its_token() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let fields = [("name", "zoey"), ("password", PASSWORD)];
    let mut browser = panel.browser();
    let page = browser.get("/login").await.body;
    let reply = browser.send(Browser::form("/login", &fields).body(Browser::encode(&fields)).unwrap()).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let token = page.split_once("name=\"form_token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let fields = [fields.as_slice(), &[("form_token", token)]].concat();
    let reply = browser.send(Browser::form("/login", &fields).body(Browser::encode(&fields)).unwrap()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
}

#[tokio::test]
async fn a_session_never_takes_the_token_that_somebody_brought() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let planted = "a".repeat(64);
    let mut browser = panel.browser();
    browser.set_cookie("left4me", &planted);
    browser.post("/login", &[("name", "bill"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookie("left4me"), Some(planted.as_str()));
    assert_ne!(browser.cookie("left4me"), panel.login("bill").await.cookie("left4me"));
    let mut thief = panel.browser();
    thief.set_cookie("left4me", &planted);
    assert_eq!(thief.get("/servers").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let panel = Panel::new().await;
    let mode = std::fs::metadata(panel.root.path().join("left4me.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
