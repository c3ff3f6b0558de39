//! Logging in and out.

use axum::http::{StatusCode, header};
use l4d2web::account::Passwords;
use l4d2web::db;
use rstest::rstest;

use crate::cast::run;
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
    let reply = browser.post("/login", &[("name", " Zoey"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/servers"));
    assert_eq!(browser.get("/servers").await.status, StatusCode::OK);
    assert_eq!(browser.get("/login").await.location(), "/servers", "who is logged in needs no login page");
    let stolen = browser.clone();
    let reply = browser.post("/logout", &[]).await;
    assert_eq!(reply.location(), "/login");
    assert_eq!(browser.cookie("left4me"), None);
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

/// No such user, another password, an inactive user, no name at all: the same answer, but for the name that was typed, and the same work.
#[tokio::test]
async fn a_refusal_does_not_say_what_is_wrong() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    panel.user("ivan").await;
    run(&panel, "UPDATE users SET active = 0 WHERE name = 'ivan'").await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("zoey", "wrong horse"),
        ("nick", PASSWORD),
        ("ivan", PASSWORD),
        ("ivan", "wrong horse"),
        ("No Name!", PASSWORD),
        ("", ""),
    ] {
        let before = panel.state.passwords.runs();
        let reply = panel.browser().post("/login", &[("name", name), ("password", password)]).await;
        let work = panel.state.passwords.runs() - before;
        let typed = format!("value=\"{}\"", name.replace('!', "&#33;"));
        let start = reply.body.find("<form").unwrap();
        let page = reply.body[start..].replace(&typed, "value=\"\"").replace("value=\"No Name!\"", "value=\"\"");
        let form_token =
            page.split_once("name=\"form_token\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        answers.push((reply.status, page.replace(&form_token, ""), work));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0].2, 1);
    assert!(answers[0].1.contains("Name and password do not fit together."));
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
}

#[rstest]
#[case("/servers/7?tab=log", "/servers/7?tab=log")]
#[case("", "/servers")]
#[case("https://evil.example/", "/servers")]
#[case("//evil.example", "/servers")]
#[case("/\\evil.example", "/servers")]
#[case("/%2Fevil.example", "/servers")]
#[case("/%252Fevil.example", "/servers")]
#[case("/\t/evil.example", "/servers")]
#[case("//panel.test@evil.example", "/servers")]
#[case("/servers\r\nSet-Cookie: a=b", "/servers")]
#[tokio::test]
async fn a_login_leads_only_to_pages_of_the_panel(#[case] next: &str, #[case] target: &str) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let page = panel.browser().get(&format!("/login?next={query}")).await;
    assert!(!page.body.contains("evil.example"), "the form does not even carry it");
    let mut browser = panel.browser();
    let reply = browser.post("/login", &[("name", "zoey"), ("password", PASSWORD), ("next", next)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, target));
    let reply = browser.get(&format!("/login?next={query}")).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, target), "also for who is logged in already");
}

/// From the page that was asked for through the login page and its form back to it.
#[tokio::test]
async fn a_login_leads_to_the_page_that_was_asked_for() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.browser();
    let asked = browser.get("/profile?done=password").await;
    assert_eq!(asked.location(), "/login?next=%2Fprofile%3Fdone%3Dpassword");
    let page = browser.get(asked.location()).await;
    assert!(page.body.contains("name=\"next\" value=\"/profile?done=password\""), "{}", page.body);
    let reply =
        browser.post("/login", &[("name", "zoey"), ("password", PASSWORD), ("next", "/profile?done=password")]).await;
    assert_eq!(reply.location(), "/profile?done=password");
}

#[tokio::test]
async fn a_hash_with_other_parameters_is_renewed_by_a_login() {
    let panel = Panel::new().await;
    let id = panel.user("zoey").await;
    let old = Passwords::new().hash(&PASSWORD.into()).await.unwrap();
    db::users::set_password(&panel.state.db, id, &old, None, 0).await.unwrap();
    let reply = panel.browser().post("/login", &[("name", "zoey"), ("password", "wrong horse")]).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(db::users::find(&panel.state.db, id).await.unwrap().unwrap().password_hash, old);
    let mut browser = panel.login("zoey").await;
    let renewed = db::users::find(&panel.state.db, id).await.unwrap().unwrap().password_hash;
    assert!(renewed.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{renewed}");
    assert_eq!(browser.get("/servers").await.status, StatusCode::OK, "the session lives on");
    panel.login("zoey").await;
}

#[tokio::test]
async fn an_address_may_try_only_so_often() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    for number in 0..20 {
        let name = format!("nick-{number}");
        let reply = panel.browser().from("2001:db8::1").post("/login", &[("name", &name), ("password", "wrong")]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    }
    let before = panel.state.passwords.runs();
    let fields = [("name", "zoey"), ("password", PASSWORD)];
    let mut neighbour = panel.browser().from("2001:db8::ffff");
    let reply = neighbour.post("/login", &fields).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.headers[header::RETRY_AFTER], "30");
    assert_eq!(reply.text("[role=alert]"), "Too many tries. The next one counts in 30 seconds.");
    assert!(reply.body.contains("value=\"zoey\""), "what was typed stays");
    assert_eq!(panel.state.passwords.runs(), before, "no work is done for it");
    let reply = panel.browser().from("2001:db8:0:1::1").post("/login", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "another network is not hit");
    panel.state.clock.advance(30);
    assert_eq!(neighbour.post("/login", &fields).await.status, StatusCode::SEE_OTHER);
}

/// Also a name that nobody has, so that the limit tells nothing.
#[rstest]
#[case("zoey", StatusCode::SEE_OTHER)]
#[case("nick", StatusCode::UNAUTHORIZED)]
#[tokio::test]
async fn a_name_may_be_tried_only_so_often(#[case] name: &str, #[case] after: StatusCode) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut said = Vec::new();
    for _ in 0..10 {
        let reply =
            panel.browser().from("203.0.113.9").post("/login", &[("name", name), ("password", "wrong horse")]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        said.push(reply.text("[role=alert]"));
    }
    assert_eq!(said[4], "Name and password do not fit together. 5 tries are left for now.");
    assert_eq!(said[8], "Name and password do not fit together. 1 try is left for now.");
    let capital = name.to_uppercase();
    let reply = panel.browser().from("203.0.113.9").post("/login", &[("name", &capital), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS, "another spelling is the same name");
    assert_eq!(reply.headers[header::RETRY_AFTER], "60");
    panel.state.clock.advance(60);
    assert_eq!(
        panel.browser().from("203.0.113.9").post("/login", &[("name", name), ("password", PASSWORD)]).await.status,
        after
    );
}

/// A proxy that is trusted says who asks; nobody else does.
#[tokio::test]
async fn nobody_escapes_the_limit_by_saying_that_they_are_another() {
    let panel = Panel::with(&[("LEFT4ME_TRUSTED_PROXIES", "192.0.2.1")]).await;
    let tried = async |peer: &str, number: u32, forwarded: String| {
        let name = format!("nick-{number}");
        let fields = [("name", name.as_str()), ("password", "wrong horse")];
        let request = Browser::form("/login", &[])
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", forwarded)
            .body(Browser::encode(&fields))
            .unwrap();
        panel.browser().from(peer).send(request).await.status
    };
    for number in 0..20 {
        assert_eq!(tried("198.51.100.9", number, format!("203.0.113.{number}")).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(tried("198.51.100.9", 21, "203.0.113.21".into()).await, StatusCode::TOO_MANY_REQUESTS);
    for number in 22..42 {
        let forwarded = format!("10.9.9.{number}, 203.0.113.7");
        assert_eq!(tried("192.0.2.1", number, forwarded).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(tried("192.0.2.1", 43, "203.0.113.7".into()).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(tried("192.0.2.1", 44, "203.0.113.8".into()).await, StatusCode::UNAUTHORIZED);
}

/// A value that is no ASCII counts with what the proxy added to it.
#[tokio::test]
async fn nobody_escapes_the_limit_by_odd_bytes() {
    let panel = Panel::with(&[("LEFT4ME_TRUSTED_PROXIES", "192.0.2.1")]).await;
    let tried = async |number: u8, forwarded: &[u8]| {
        let name = format!("nick-{number}");
        let request = Browser::form("/login", &[])
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", "203.0.113.99")
            .header("x-forwarded-for", forwarded)
            .body(Browser::encode(&[("name", &name), ("password", "wrong horse")]))
            .unwrap();
        panel.browser().from("192.0.2.1").send(request).await.status
    };
    for number in 0..20 {
        assert_eq!(tried(number, b"\xff\xe9, 203.0.113.7").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(tried(21, b"203.0.113.7").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(tried(22, b"203.0.113.99").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let panel = Panel::new().await;
    let mode = std::fs::metadata(panel.root.path().join("left4me.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
