//! Streams end when they must, and say only what is new.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::live::Change;

use crate::panel::{Browser, Panel};
use crate::server_log::panel;
use crate::sse::Events;

/// What takes a stream's right away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The session is deleted, and said so.
    Revoked,
    /// The same by another process, which cannot say so.
    RevokedElsewhere,
    /// The user is made inactive by another process.
    Deactivated,
    /// The role on the server is taken away.
    NoRole,
    /// The server is deleted.
    Deleted,
    /// The panel stops.
    Stop,
}

#[expect(clippy::disallowed_methods, reason = "what the panel's own statements do, from outside of it")]
async fn sql(panel: &Panel, statement: &'static str) {
    sqlx::query(statement).execute(panel.state.db.write()).await.unwrap();
}

#[rstest::rstest]
#[case(End::Revoked)]
#[case(End::RevokedElsewhere)]
#[case(End::Deactivated)]
#[case(End::NoRole)]
#[case(End::Deleted)]
#[case(End::Stop)]
#[tokio::test]
async fn a_stream_ends_within_five_seconds_of_its_right(#[case] end: End) {
    let (panel, _, server) = panel().await;
    let bill = panel.user("bill").await;
    panel.grant(server, bill, "operate").await;
    let browser = panel.login("bill").await;
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=log"), None).await;
    events.named("cluster").await;
    let since = Instant::now();
    match end {
        End::Revoked | End::RevokedElsewhere => sql(&panel, "DELETE FROM sessions WHERE user_id = 2").await,
        End::Deactivated => sql(&panel, "UPDATE users SET active = 0 WHERE id = 2").await,
        End::NoRole => sql(&panel, "DELETE FROM server_grants").await,
        End::Deleted => sql(&panel, "DELETE FROM servers").await,
        End::Stop => panel.state.streams.close(),
    }
    match end {
        End::Revoked => panel.state.bus.send(Change::User(bill)),
        End::NoRole | End::Deleted => panel.state.bus.send(Change::Server(server)),
        _ => {}
    }
    tokio::time::timeout(Duration::from_secs(10), events.end()).await.expect("it ends");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(panel.state.streams.count(), 0);
}

#[tokio::test]
async fn what_changes_is_sent_and_nothing_else() {
    let (panel, browser, server) = panel().await;
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=settings"), None).await;
    for name in ["cluster", "notices", "tabs"] {
        assert_eq!(events.next().await.unwrap().name, name);
    }
    // Nothing differs: the change that follows is the next that is told.
    panel.state.bus.send(Change::Server(server));
    sql(&panel, "UPDATE servers SET name = 'Saturday <b>Versus</b>'").await;
    panel.state.bus.send(Change::Server(server));
    let event = events.next().await.unwrap();
    assert_eq!(event.name, "cluster");
    assert!(event.data.contains("Saturday &#60;b&#62;Versus"), "{}", event.data);
}

#[rstest::rstest]
#[case("log", "Log")]
#[case("files", "Files")]
#[case("jobs", "Jobs")]
#[case("settings", "Settings")]
#[tokio::test]
async fn the_tab_that_is_shown_stays_the_one(#[case] tab: &str, #[case] word: &str) {
    let (_panel, browser, server) = panel().await;
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab={tab}"), None).await;
    let tabs = events.named("tabs").await.data;
    assert!(tabs.contains(&format!("aria-current=\"page\">{word}</a>")), "{tabs}");
    assert_eq!(tabs.matches("aria-current").count(), 1);
}

#[tokio::test]
async fn a_page_that_is_up_to_date_is_sent_nothing() {
    let (panel, browser, server) = panel().await;
    let path = format!("/servers/{server}/events?tab=settings");
    let mut events = Events::open(&browser, &path, None).await;
    events.named("tabs").await;
    let seen = events.seen.clone();
    assert!(seen.is_some());
    drop(events);
    let mut events = Events::open(&browser, &path, seen.as_deref()).await;
    events.up_to_date().await;
    sql(&panel, "UPDATE servers SET last_error = 'the disk is full', status = NULL").await;
    panel.state.bus.send(Change::Server(server));
    let first = events.next().await.unwrap();
    assert!(first.name == "cluster" || first.name == "notices", "{first:?}");
}

#[tokio::test]
async fn the_list_sends_rows_that_differ_and_all_when_some_come_or_go() {
    let (panel, mut browser, server) = panel().await;
    let page = browser.get("/servers").await.body;
    let events = page.split_once("sse-connect=\"").unwrap().1.split_once('"').unwrap().0.replace("&#38;", "&");
    let mut events = Events::open(&browser, &events, None).await;
    events.up_to_date().await;
    sql(&panel, "UPDATE servers SET name = 'Saturday Versus'").await;
    panel.state.bus.send(Change::Server(server));
    let event = events.next().await.unwrap();
    assert_eq!(event.name, format!("server-{server}"));
    assert!(event.data.contains("Saturday Versus") && !event.data.contains("<tr"), "{}", event.data);
    let other = panel.server(l4d2web::id::UserId(1), "Another").await;
    panel.state.bus.send(Change::Server(other));
    assert!(events.named("summary").await.data.contains("0 of 2"));
    let rows = events.next().await.unwrap();
    assert_eq!((rows.name.as_str(), rows.data.matches("<tr id=").count()), ("rows", 2));
    // Somebody else's server is nothing new.
    let bill = panel.user("bill").await;
    let foreign = panel.server(bill, "Foreign").await;
    panel.state.bus.send(Change::Server(foreign));
    sql(&panel, "DELETE FROM servers WHERE name = 'Another'").await;
    panel.state.bus.send(Change::Server(other));
    assert!(events.named("summary").await.data.contains("0 of 1"));
    let rows = events.next().await.unwrap();
    assert_eq!((rows.name.as_str(), rows.data.matches("<tr id=").count()), ("rows", 1));
}

#[tokio::test]
async fn one_user_cannot_take_all_streams() {
    let (panel, browser, server) = panel().await;
    let path = format!("/servers/{server}/events");
    let mut open = Vec::new();
    let refused = loop {
        let response = browser.open(&path, None).await;
        if response.status() != StatusCode::OK {
            break response;
        }
        open.push(response);
        assert!(open.len() <= 32);
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    let other = panel.user("bill").await;
    panel.grant(server, other, "operate").await;
    let bill: Browser = panel.login("bill").await;
    assert_eq!(bill.open(&path, None).await.status(), StatusCode::OK);
    drop(open);
    assert_eq!(browser.open(&path, None).await.status(), StatusCode::OK);
    let _ = db::servers::find(&panel.state.db, server).await.unwrap();
}

/// A client that does not ask to the end, or asks nothing more, holds nothing; one that follows a page is not hurried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_connects_and_does_not_ask_is_hung_up_on() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (panel, zoey, server) = crate::server_log::panel().await;
    let unasked = Duration::from_millis(500);
    let address = panel.listen(Duration::from_secs(30), unasked).await;
    let connect = async |said: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        stream
    };
    let cookie = zoey.cookie("left4me").unwrap();
    let page = format!("GET /servers/{server}/events HTTP/1.1\r\nHost: panel.test\r\nCookie: left4me={cookie}\r\n\r\n");
    let mut follows = connect(&page).await;
    let mut begun = [0; 12];
    follows.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    for said in ["", "GET /health HTTP/1.1\r\nHost: pa", "GET /health HTTP/1.1\r\nHost: panel.test\r\n\r\n"] {
        let mut stream = connect(said).await;
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{said:?} is still connected");
        assert_eq!(answer.starts_with(b"HTTP/1.1 200"), said.ends_with("\r\n\r\n"), "{said:?}");
    }
    // The stream is older than all of them, and goes on.
    crate::cast::run(&panel, "UPDATE servers SET name = 'Renamed'").await;
    panel.state.bus.send(l4d2web::live::Change::Server(server));
    let (mut text, mut piece) = (String::new(), vec![0; 4096]);
    while !text.contains("Renamed") {
        let count = follows.read(&mut piece).await.unwrap();
        assert!(count > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
}
