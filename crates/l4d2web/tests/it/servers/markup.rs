use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::id::UserId;
use l4d2web::overlays::Kind;
use scraper::{Html, Selector};

use super::panel;
use crate::panel::NOW;

/// What would do something if it were not shown as text.
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</textarea></title>";

/// Stored markup in each field that is shown, on each page that shows it.
#[tokio::test]
async fn stored_markup_is_text_wherever_it_is_shown() {
    let (panel, mut zoey) = panel().await;
    panel.admin("bill").await;
    let evil: String = EVIL.chars().take(120).collect();
    let hostname = evil.replace('"', "”");
    db::overlays::insert_directory(&panel.state.db, &evil, "maps", NOW).await.unwrap();
    let own = db::overlays::insert(&panel.state.db, Some(UserId(1)), &evil, Kind::Script, NOW).await.unwrap();
    db::overlay_builds::set_script(&panel.state.db, own, EVIL, NOW, NOW).await.unwrap();
    let fields = [
        ("seen", "1793620800"),
        ("name", evil.as_str()),
        ("overlay", "1"),
        ("expose", "1"),
        ("arguments", "+x</textarea><script>alert(1)</script>"),
        ("config", EVIL),
    ];
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let fields = [("name", evil.as_str()), ("blueprint", "1"), ("hostname", hostname.as_str())];
    let reply = zoey.post("/servers", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    super::acts::put(&panel, 1, "failed", "running").await;
    with_errors(&panel).await;
    let mut bill = panel.login("bill").await;
    let pages = [
        "/servers",
        "/servers?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/servers?show=%22%3E%3Cscript%3E",
        "/servers/1/settings",
        "/blueprints",
        "/blueprints/1",
        "/overlays",
        "/overlays/1",
        "/overlays/2",
    ];
    for path in pages {
        let reply = zoey.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        check(path, &reply.body);
    }
    check("as an admin", &bill.get("/servers").await.body);
    for (path, field) in [
        ("/servers", "name"),
        ("/servers", "port"),
        ("/servers", "hostname"),
        ("/servers/1/settings", "port"),
        ("/servers/1/settings", "hostname"),
        ("/servers/1/delete", "name"),
        ("/servers/1/share", "user"),
        ("/servers/1/hand-over", "user"),
        ("/blueprints", "name"),
        ("/blueprints/1", "arguments"),
        ("/blueprints/1/hand-over", "user"),
        ("/overlays", "name"),
        ("/overlays/2/rename", "name"),
        ("/overlays/2/delete", "name"),
    ] {
        let long = format!("{EVIL}{EVIL}{EVIL}");
        let reply = zoey.post(path, &[(field, &long), ("role", "operate")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {field}");
        check(&format!("{path} {field}"), &reply.body);
    }
    let newer = zoey.post("/overlays/2/script", &[("script", &EVIL.repeat(3)), ("seen", "0")]).await;
    assert_eq!(newer.status, StatusCode::CONFLICT);
    check("a script that somebody else saved meanwhile", &newer.body);
    for verb in ["start", "stop", "delete"] {
        check(verb, &zoey.post(&format!("/servers/1/{verb}"), &[("name", "x")]).await.body);
    }
}

#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
async fn with_errors(panel: &crate::panel::Panel) {
    let status = serde_json::json!(EVIL).to_string();
    sqlx::query("UPDATE servers SET last_error = ?1, crash = ?1, crashed_at = 1, status = json_set(status, '$.reason', json(?2))")
        .bind(EVIL)
        .bind(status)
        .execute(panel.state.db.write())
        .await
        .unwrap();
}

/// Every script is one of ours, and nothing has a handler of events, a picture, or a style.
fn check(page: &str, body: &str) {
    let html = Html::parse_document(body);
    let all = |selector: &str| html.select(&Selector::parse(selector).unwrap()).collect::<Vec<_>>();
    for script in all("script") {
        let source = script.attr("src").unwrap_or_default();
        assert!(source.starts_with("/static/") && script.inner_html().is_empty(), "{page}: {}", script.html());
    }
    assert!(all("img, iframe, object, style, [style]").is_empty(), "{page}");
    for element in all("*") {
        assert!(!element.value().attrs().any(|(name, _)| name.starts_with("on")), "{page}: {}", element.html());
    }
}
