//! What the framework refuses before a handler sees it is told like any refusal; and what was begun is not left half done.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, StatusCode};
use l4d2web::live::Change;
use rstest::rstest;
use tokio::time::timeout;

use crate::panel::Panel;
use crate::server_log::panel;
use crate::stand_in::{eventually, order, processes};

const FORM: &str = "application/x-www-form-urlencoded";

#[rstest]
#[case::nothing_said(Request::get("/servers/1/log/older"), "", 400, "Something in it is missing")]
#[case::no_number(Request::post("/profile/sessions/abc/revoke"), "", 400, "Something in it is missing")]
#[case::no_form(Request::post("/servers").header("content-type", "application/json"), "{}", 415, "Something in it is missing")]
#[case::half_a_form(Request::post("/theme").header("content-type", FORM), "theme=puce", 422, "Something in it is missing")]
#[case::no_such_verb(Request::put("/servers"), "", 405, "This address does not take that")]
#[tokio::test]
async fn what_no_handler_sees_is_told_in_words(
    #[case] request: Builder,
    #[case] body: &'static str,
    #[case] status: u16,
    #[case] words: &str,
) {
    let (_panel, mut zoey, _) = panel().await;
    let request = request.header("sec-fetch-site", "same-origin").body(Body::from(body)).unwrap();
    let reply = zoey.send(request).await;
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    assert!(reply.body.contains(words) && reply.body.contains("<main"), "{}", reply.body);
}

#[tokio::test]
async fn a_script_gets_the_sentence_alone() {
    let (_panel, mut zoey, server) = panel().await;
    let request = Request::get(format!("/servers/{server}/log/older"))
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true");
    let reply = zoey.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.body.starts_with("Something in it is missing") && !reply.body.contains('<'), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_goes_to_its_end_when_its_sender_hangs_up() {
    let panel = Panel::scripted().await;
    panel.admin("zoey").await;
    let zoey = panel.login("zoey").await;
    order(panel.root.path(), "delay game 0.5");
    let mut changes = panel.state.bus.listen();
    let sender = tokio::spawn({
        let mut zoey = zoey.clone();
        async move { zoey.post("/admin/check-game", &[]).await }
    });
    eventually("the host is asked", || !processes(panel.root.path()).is_empty()).await;
    sender.abort();
    assert!(sender.await.unwrap_err().is_cancelled(), "its sender is gone before the answer");
    let told = async { while changes.recv().await.unwrap() != Change::Host {} };
    timeout(Duration::from_secs(30), told).await.expect("open pages are told what was done");
    eventually("its turn comes back", || panel.state.host.asked() == 0).await;
}
