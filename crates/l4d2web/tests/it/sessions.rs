//! How sessions begin and end, and what their cookies are.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode, header};
use l4d2web::account::{ABSOLUTE, IDLE, Token};
use l4d2web::db;
use l4d2web::live::Change;

use crate::cast::run;
use crate::panel::{Browser, PASSWORD, Panel};
use crate::sse::Events;

const CHANGE: [(&str, &str); 3] =
    [("current_password", PASSWORD), ("new_password", "battery staple"), ("confirm_new_password", "battery staple")];

async fn is_in(browser: &mut Browser) -> bool {
    browser.get("/servers").await.status == StatusCode::OK
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
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
    assert!(!is_in(&mut thief).await);
}

/// A session that was planted in somebody's browser is not theirs after their login, and is gone.
#[tokio::test]
async fn a_login_leaves_the_session_of_before() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    panel.user("nick").await;
    let mut nick = panel.login("nick").await;
    let planted = nick.cookie("left4me").unwrap().to_owned();
    let mut browser = panel.browser();
    browser.set_cookie("left4me", &planted);
    browser.post("/login", &[("name", "zoey"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookie("left4me"), Some(planted.as_str()));
    assert_eq!(browser.get("/profile").await.text("h1"), "zoey");
    assert!(!is_in(&mut nick).await);
}

#[tokio::test]
async fn cookies_are_bound_to_https_and_to_the_host() {
    let panel = Panel::with(&[("SESSION_COOKIE_SECURE", "true")]).await;
    panel.user("zoey").await;
    let mut browser = panel.browser();
    let page = browser.get("/login").await;
    let login = browser.post("/login", &[("name", "zoey"), ("password", PASSWORD)]).await;
    let logout = browser.clone().post("/logout", &[]).await;
    let theme = browser.post("/theme", &[("theme", "dark")]).await;
    for (reply, name) in [
        (&page, "__Host-left4me-guest="),
        (&login, "__Host-left4me="),
        (&logout, "__Host-left4me="),
        (&theme, "left4me-theme=dark"),
    ] {
        let cookies = cookies(&reply.headers);
        let [cookie] = cookies.as_slice() else { panic!("one cookie, not {cookies:?}") };
        assert!(cookie.starts_with(name), "{cookie}");
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert!(cookies(&logout.headers)[0].contains("Max-Age=0"));
}

#[tokio::test]
async fn without_https_cookies_have_plain_names() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let reply = panel.browser().post("/login", &[("name", "zoey"), ("password", PASSWORD)]).await;
    let cookies = cookies(&reply.headers);
    assert!(cookies[0].starts_with("left4me=") && !cookies[0].contains("Secure"), "{cookies:?}");
    assert!(cookies[0].contains("HttpOnly; SameSite=Lax; Path=/"), "{cookies:?}");
}

/// Who has read the database is not in.
#[tokio::test]
async fn the_database_does_not_hold_what_lets_one_in() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let browser = panel.login("zoey").await;
    let token = browser.cookie("left4me").unwrap();
    db::copy_to(&panel.state.db, &panel.root.path().join("copy.db")).await.unwrap();
    let stored = std::fs::read(panel.root.path().join("copy.db")).unwrap();
    let holds = |bytes: &[u8]| stored.windows(bytes.len()).any(|window| window == bytes);
    assert!(holds(&Token::parse(token).unwrap().hash()), "the hash is there");
    assert!(!holds(token.as_bytes()));
    assert!(!holds(PASSWORD.as_bytes()));
}

#[tokio::test]
async fn a_session_ends_after_a_week_without_use() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.login("zoey").await;
    panel.state.clock.advance(IDLE - 1);
    assert!(is_in(&mut browser).await, "a use");
    panel.state.clock.advance(IDLE - 1);
    assert!(is_in(&mut browser).await, "counts from the last use");
    panel.state.clock.advance(IDLE);
    assert!(!is_in(&mut browser).await);
    panel.state.clock.advance(-IDLE);
    panel.login("zoey").await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_it_is_used() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.login("zoey").await;
    for _ in 0..29 {
        panel.state.clock.advance(24 * 3600);
        assert!(is_in(&mut browser).await);
    }
    panel.state.clock.advance(ABSOLUTE - 29 * 24 * 3600);
    assert!(!is_in(&mut browser).await);
}

#[tokio::test]
async fn sessions_that_have_ended_are_swept_away() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    panel.login("zoey").await;
    panel.state.clock.advance(IDLE);
    panel.login("zoey").await;
    panel.state.clock.advance(-IDLE);
    let id = db::users::find_by_name(&panel.state.db, "zoey").await.unwrap().unwrap().id;
    assert_eq!(panel.state.sessions.list(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_session_is_ended_from_another() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    panel.user("nick").await;
    let mut nick = panel.login("nick").await;
    let mut phone = panel.login("zoey").await.from("2001:db8::7");
    let mut desk = panel.login("zoey").await;
    panel.state.clock.advance(3600);
    assert!(is_in(&mut phone).await);
    let page = desk.get("/profile").await;
    assert_eq!(page.texts("table code")[1], "2001:db8::7", "one's own is on top");
    let path =
        page.body.split("action=\"").find_map(|part| part.split_once("/revoke\"")).unwrap().0.to_owned() + "/revoke";
    let mut changes = panel.state.bus.listen();
    assert_eq!(nick.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "only one's own");
    assert!(is_in(&mut phone).await && changes.is_empty());
    let reply = desk.post(&path, &[]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/profile?done=sessions"));
    assert_eq!(changes.try_recv().unwrap(), Change::User(id), "streams are told");
    assert!(!is_in(&mut phone).await);
    assert!(is_in(&mut desk).await && is_in(&mut nick).await);
    assert_eq!(desk.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "it is gone");
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    panel.user("nick").await;
    let mut nick = panel.login("nick").await;
    let mut others = [panel.login("zoey").await, panel.login("zoey").await];
    let mut here = panel.login("zoey").await;
    let mut changes = panel.state.bus.listen();
    here.post("/profile/sessions/revoke-others", &[]).await;
    assert_eq!(changes.try_recv().unwrap(), Change::User(id));
    for other in &mut others {
        assert!(!is_in(other).await);
    }
    assert!(is_in(&mut here).await && is_in(&mut nick).await);
    assert!(!here.get("/profile").await.body.contains("revoke-others"), "nothing is left to end");
}

#[tokio::test]
async fn a_password_change_ends_all_other_sessions() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    let (mut here, mut other) = (panel.login("zoey").await, panel.login("zoey").await);
    let mut changes = panel.state.bus.listen();
    let reply = here.post("/profile/password", &CHANGE).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/profile?done=password"));
    assert_eq!(changes.try_recv().unwrap(), Change::User(id));
    assert!(is_in(&mut here).await);
    assert!(!is_in(&mut other).await);
    let login =
        async |password| panel.browser().post("/login", &[("name", "zoey"), ("password", password)]).await.status;
    assert_eq!(login(PASSWORD).await, StatusCode::UNAUTHORIZED);
    assert_eq!(login("battery staple").await, StatusCode::SEE_OTHER);
}

/// The password was right when it was checked, and is another, or its user is out, when the session begins.
#[tokio::test]
async fn a_login_that_was_overtaken_begins_no_session() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    let db = &panel.state.db;
    let checked = db::users::find(db, id).await.unwrap().unwrap();
    let begin = async || panel.state.sessions.begin(&checked, [127, 0, 0, 1].into(), "").await.unwrap();
    assert!(begin().await.is_some());
    run(&panel, "UPDATE users SET active = 0").await;
    assert!(begin().await.is_none(), "deactivated in between");
    run(&panel, "UPDATE users SET active = 1").await;
    db::users::set_password(db, id, "another", None, 0).await.unwrap();
    assert!(begin().await.is_none(), "changed in between");
    assert!(panel.state.sessions.list(id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deactivated_user_is_out_at_once_and_stays_out() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    panel.admin("bill").await;
    let (mut zoey, mut bill) = (panel.login("zoey").await, panel.login("bill").await);
    let mut changes = panel.state.bus.listen();
    assert_eq!(bill.post(&format!("/admin/users/{id}/deactivate"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(changes.try_recv().unwrap(), Change::User(id));
    assert!(!is_in(&mut zoey).await);
    let login = async || panel.browser().post("/login", &[("name", "zoey"), ("password", PASSWORD)]).await;
    let reply = login().await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.text("[role=alert]"), "Name and password do not fit together.");
    assert_eq!(bill.post(&format!("/admin/users/{id}/activate"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!is_in(&mut zoey).await, "the old session does not come back");
    assert_eq!(login().await.status, StatusCode::SEE_OTHER);
}

/// A right that is withdrawn is gone with the next request.
#[tokio::test]
async fn an_admin_who_is_none_any_more_is_refused_at_once() {
    let panel = Panel::new().await;
    let id = panel.admin("louis").await;
    panel.admin("bill").await;
    let (mut louis, mut bill) = (panel.login("louis").await, panel.login("bill").await);
    assert_eq!(louis.get("/admin/users").await.status, StatusCode::OK);
    bill.post(&format!("/admin/users/{id}/admin"), &[("admin", "no")]).await;
    assert_eq!(louis.get("/admin/users").await.status, StatusCode::FORBIDDEN);
    assert!(is_in(&mut louis).await);
}

/// What ends a session ends the streams of its pages at once, by whatever way it is done, and those of no other session.
#[rstest::rstest]
#[case::revoked("/profile/sessions/2/revoke", &[], true)]
#[case::revoked_with_others("/profile/sessions/revoke-others", &[], true)]
#[case::password_changed("/profile/password", &CHANGE, true)]
#[case::deactivated("/admin/users/1/deactivate", &[], false)]
#[case::password_set("/admin/users/1/password", &[("password", "battery staple")], false)]
#[tokio::test]
async fn what_ends_a_session_ends_its_streams(
    #[case] path: &str,
    #[case] fields: &[(&str, &str)],
    #[case] by_zoey: bool,
) {
    let panel = Panel::new().await;
    let zoey = panel.user("zoey").await;
    panel.admin("bill").await;
    let server = panel.server(zoey, "Friday").await;
    let (mut here, there, mut bill) = (panel.login("zoey").await, panel.login("zoey").await, panel.login("bill").await);
    let stream = format!("/servers/{server}/events?tab=jobs");
    let mut streams = Vec::new();
    for browser in [&there, &here, &bill] {
        let mut events = Events::open(browser, &stream, None).await;
        events.named("cluster").await;
        streams.push(events);
    }
    let since = Instant::now();
    let reply = if by_zoey { here.post(path, fields).await } else { bill.post(path, fields).await };
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    for _ in 0..if by_zoey { 1 } else { 2 } {
        tokio::time::timeout(Duration::from_secs(10), streams.remove(0).end()).await.expect("it ends");
    }
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(panel.state.streams.count(), streams.len(), "the others go on");
    for browser in [&mut here, &mut bill].into_iter().skip(usize::from(!by_zoey)) {
        assert!(is_in(browser).await);
    }
}

/// A session that ends by itself takes its streams with it.
#[tokio::test]
async fn a_session_that_runs_out_ends_its_streams() {
    let panel = Panel::new().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    let browser = panel.login("zoey").await;
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=jobs"), None).await;
    events.named("cluster").await;
    let since = Instant::now();
    panel.state.clock.advance(ABSOLUTE);
    tokio::time::timeout(Duration::from_secs(10), events.end()).await.expect("it ends");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

/// A disk on which nothing can be written keeps nobody from reading.
#[tokio::test]
async fn a_use_that_cannot_be_noted_is_no_reason_to_refuse_a_page() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    let full =
        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT raise(ABORT, 'database or disk is full'); END";
    crate::cast::run(&panel, full).await;
    panel.state.clock.advance(120);
    assert_eq!(zoey.get("/servers").await.status, StatusCode::OK);
}
