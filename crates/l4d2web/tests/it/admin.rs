//! The admin's overview: the game, the machine, the host's checks.

use axum::http::StatusCode;

use crate::panel::Panel;
use crate::stand_in::order;

#[tokio::test]
async fn the_game_and_what_waits_for_it() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let mut browser = panel.login("bill").await;
    let page = browser.get("/admin").await.body;
    assert!(page.contains("<strong>15000</strong>") && page.contains("Install again"), "{page}");
    order(panel.root.path(), "build 15001");
    // Who asks for the checks asks the host; everybody then sees what it said.
    browser.get("/admin?checks=yes").await;
    let page = browser.get("/admin").await.body;
    assert!(page.contains("Update waits") && page.contains("<strong>15001</strong>"), "{page}");
    assert!(page.contains("Install the update…"), "{page}");
    let reply = browser.post("/admin/check-game", &[]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/admin"));
}

#[tokio::test]
async fn a_panel_without_the_game_offers_it() {
    let panel = Panel::new().await;
    order(panel.root.path(), "no-game");
    panel.admin("bill").await;
    let page = panel.login("bill").await.get("/admin").await.body;
    assert!(page.contains("Not installed") && page.contains("Install the game…"), "{page}");
    assert!(page.contains("Nothing waits, nothing runs."), "{page}");
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_said_and_breaks_nothing() {
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", "/nothing/l4d2ctl")]).await;
    panel.admin("bill").await;
    let mut browser = panel.login("bill").await;
    let reply = browser.get("/admin?checks=yes").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("The host does not say: the program /nothing/l4d2ctl is not there"), "{}", reply.body);
    assert!(reply.body.contains("The host could not be checked:"), "{}", reply.body);
    assert_eq!(browser.post("/admin/check-game", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn checks_are_asked_for_and_the_worst_comes_first() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let mut browser = panel.login("bill").await;
    assert!(browser.get("/admin").await.body.contains("hx-get=\"/admin?checks=yes\""));
    let page = browser.get("/admin?checks=yes").await.body;
    assert!(page.contains("1 thing needs you") && page.contains("install left4me&#39;s host half"), "{page}");
    assert!(page.find("stand_in").unwrap() < page.find("made-up kernel").unwrap());
    assert!(!page.contains("hx-trigger=\"load\""));
}

#[tokio::test]
async fn the_machine_is_shown() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let page = panel.login("bill").await.get("/admin").await.body;
    assert!(page.contains("aria-label=\"Disk\"") && page.contains("aria-label=\"Memory\""), "{page}");
}
