//! One's own account.

use axum::http::{StatusCode, header};
use rstest::rstest;

use crate::panel::{PASSWORD, Panel};

#[rstest]
#[case::wrong("wrong horse", "battery staple", "battery staple", "#current-e", "That is not the current password.")]
#[case::nothing("", "battery staple", "battery staple", "#current-e", "That is not the current password.")]
#[case::short(PASSWORD, "staple", "staple", "#new-e", "The password needs at least 8 characters.")]
#[case::empty(PASSWORD, "", "", "#new-e", "The password needs at least 8 characters.")]
#[case::different(PASSWORD, "battery staple", "battery stable", "#again-e", "That is not the same password.")]
#[tokio::test]
async fn a_password_is_refused_beside_its_field(
    #[case] current: &str,
    #[case] new: &str,
    #[case] again: &str,
    #[case] field: &str,
    #[case] sentence: &str,
) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.login("zoey").await;
    let reply = browser
        .post(
            "/profile/password",
            &[("current_password", current), ("new_password", new), ("confirm_new_password", again)],
        )
        .await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.text(field), sentence);
    assert_eq!(reply.texts("form .error").len(), 1);
    assert!(!reply.body.contains("staple") && !reply.body.contains("horse"), "no password comes back");
    panel.login("zoey").await;
}

#[tokio::test]
async fn a_password_change_may_be_tried_only_so_often() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.login("zoey").await;
    let fields = |current| {
        [("current_password", current), ("new_password", "battery staple"), ("confirm_new_password", "battery staple")]
    };
    for _ in 0..10 {
        let reply = browser.post("/profile/password", &fields("wrong horse")).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let reply = browser.post("/profile/password", &fields(PASSWORD)).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.headers[header::RETRY_AFTER], "60");
    assert_eq!(reply.text("[role=alert]"), "Too many tries. The next one counts in 60 seconds.");
    panel.login("zoey").await;
    panel.state.clock.advance(60);
    assert_eq!(browser.post("/profile/password", &fields(PASSWORD)).await.status, StatusCode::SEE_OTHER);
}

#[rstest]
#[case("dark", Some("dark"))]
#[case("light", Some("light"))]
#[case("system", None)]
#[tokio::test]
async fn the_theme_is_kept(#[case] theme: &str, #[case] shown: Option<&str>) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.login("zoey").await;
    browser.post("/theme", &[("theme", "light")]).await;
    let reply = browser.post("/theme", &[("theme", theme)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/"));
    let page = browser.get("/profile").await.body;
    let marked = page.split_once("<html").unwrap().1.split_once('>').unwrap().0;
    assert_eq!(marked.split_once("data-theme=\"").map(|(_, rest)| rest.trim_end_matches('"')), shown);
}

#[tokio::test]
async fn an_unknown_theme_is_refused() {
    let panel = Panel::new().await;
    let reply = panel.browser().post("/theme", &[("theme", "\"><script>")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.headers.get(header::SET_COOKIE).is_none());
}

#[rstest]
#[case("http://panel.test/profile?done=password", "/profile?done=password")]
#[case("http://evil.example//evil.example", "/")]
#[case("http://evil.example/\\evil", "/")]
#[case("nonsense", "/")]
#[tokio::test]
async fn a_theme_leads_back_to_the_page(#[case] referrer: &str, #[case] target: &str) {
    let panel = Panel::new().await;
    let request = crate::panel::Browser::form("/theme", &[])
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, referrer)
        .body(crate::panel::Browser::encode(&[("theme", "dark")]))
        .unwrap();
    assert_eq!(panel.browser().send(request).await.location(), target);
}
