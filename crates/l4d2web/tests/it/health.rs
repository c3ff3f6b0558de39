//! `/health`: public, and says what fails.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::panel::Panel;

#[tokio::test]
async fn a_monitor_is_told_that_all_is_well_and_no_more() {
    let panel = Panel::new().await;
    let reply = panel.browser().get("/health").await;
    assert_eq!(reply.status, StatusCode::OK);
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told, json!({"ok": true, "database": true, "l4d2ctl": true}));
    panel.user("zoey").await;
    let told: Value = serde_json::from_str(&panel.login("zoey").await.get("/health").await.body).unwrap();
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn a_missing_l4d2ctl_is_named() {
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", "/nothing/l4d2ctl")]).await;
    let reply = panel.browser().get("/health").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told, json!({"ok": false, "database": true, "l4d2ctl": false}));
}

#[tokio::test]
async fn a_lost_database_is_named() {
    let panel = Panel::new().await;
    panel.state.db.close().await;
    let reply = panel.browser().get("/health").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told, json!({"ok": false, "database": false, "l4d2ctl": true}));
}

#[tokio::test]
async fn those_who_ask_often_start_one_program() {
    use std::os::unix::fs::PermissionsExt as _;
    let tools = tempfile::tempdir().unwrap();
    let script = tools.path().join("l4d2ctl");
    std::fs::write(&script, "#!/bin/sh\necho asked >>\"$LEFT4ME_ROOT/asked\"\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", script.to_str().unwrap())]).await;
    let mut browser = panel.browser();
    for _ in 0..20 {
        assert_eq!(browser.get("/health").await.status, StatusCode::OK);
    }
    assert_eq!(std::fs::read_to_string(panel.root.path().join("asked")).unwrap(), "asked\n");
}
