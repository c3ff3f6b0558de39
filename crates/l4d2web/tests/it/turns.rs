//! What visitors ask the host for is bounded: who asks too much is told so, and neither others nor jobs wait for them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt as _;
use l4d2web::id::ServerId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::panel::{Browser, Panel, Reply};
use crate::server_log::panel;
use crate::stand_in::{SPEC, eventually, order, processes};

/// Another server, which the host knows, of a user with that name.
async fn another(panel: &Panel, owner: &str) -> (Browser, ServerId) {
    let user = panel.user(owner).await;
    let server = panel.server(user, &format!("Server of {owner}")).await;
    let root = panel.root.path();
    std::fs::create_dir_all(root.join(format!("instances/{server}"))).unwrap();
    std::fs::write(root.join(format!("instances/{server}/spec.yaml")), SPEC).unwrap();
    (panel.login(owner).await, server)
}

/// A request as htmx sends it.
async fn fragment(browser: &mut Browser, path: &str) -> Reply {
    let request = Request::get(path).header("sec-fetch-site", "same-origin").header("hx-request", "true");
    browser.send(request.body(Body::empty()).unwrap()).await
}

/// Requests of so many tabs of a browser; each has its process on the host when this returns.
async fn tabs(panel: &Panel, browser: &Browser, path: &str, count: usize) -> Vec<JoinHandle<Reply>> {
    let before = processes(panel.root.path()).len();
    let tab = |_| {
        let (mut browser, path) = (browser.clone(), path.to_owned());
        tokio::spawn(async move { browser.get(&path).await })
    };
    let tabs = (0..count).map(tab).collect();
    eventually("each has its process", || processes(panel.root.path()).len() == before + count).await;
    tabs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_much_is_told_so_and_nobody_else_waits() {
    let (panel, mut zoey, server) = panel().await;
    let (mut bill, other) = another(&panel, "bill").await;
    order(panel.root.path(), &format!("hold files:{server}"));
    let files = format!("/servers/{server}/files");
    let held = tabs(&panel, &zoey, &files, 4).await;

    let refused = zoey.get(&files).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "5");
    let sentence = "The host is busy with 4 other requests of yours. Try again in a moment.";
    assert!(refused.body.contains(sentence) && refused.body.contains("<main"), "{}", refused.body);
    assert_eq!(processes(panel.root.path()).len(), 4, "what is refused starts nothing");

    assert_eq!(bill.get(&format!("/servers/{other}/files")).await.status, StatusCode::OK);

    let stop = CancellationToken::new();
    let (state, until) = (panel.state.clone(), stop.clone());
    let work = tokio::spawn(async move { state.work(until).await });
    assert_eq!(zoey.post(&format!("/servers/{server}/start"), &[]).await.status, StatusCode::SEE_OTHER);
    let started = panel.root.path().join(format!("servers/{server}.json"));
    let runs = || std::fs::read_to_string(&started).is_ok_and(|state| state.contains("\"running\":true"));
    eventually("the server is started", runs).await;
    assert_eq!(panel.state.host.asked(), 4, "while the tabs still wait");
    stop.cancel();
    work.await.unwrap().unwrap();

    std::fs::write(panel.root.path().join("go-files"), "").unwrap();
    for tab in held {
        assert!(tab.await.unwrap().body.contains("stand-in: held"), "it brings what l4d2ctl printed");
    }
    assert_eq!(panel.state.host.asked(), 0);
    order(panel.root.path(), "");
    assert_eq!(zoey.get(&files).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_together_have_a_bound_too() {
    let (panel, zoey, server) = panel().await;
    let (mut francis, other) = another(&panel, "francis").await;
    order(panel.root.path(), &format!("hold files:{server}"));
    let files = format!("/servers/{server}/files");
    let mut held = tabs(&panel, &zoey, &files, 4).await;
    for name in ["bill", "louis", "nick"] {
        let user = panel.user(name).await;
        panel.grant(server, user, "manage").await;
        held.extend(tabs(&panel, &panel.login(name).await, &files, 4).await);
    }
    let refused = fragment(&mut francis, &format!("/servers/{other}/files")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.body, "The host is busy with 16 other requests. Try again in a moment.");
    std::fs::write(panel.root.path().join("go-files"), "").unwrap();
    for tab in held {
        assert!(tab.await.unwrap().body.contains("stand-in: held"), "it brings what l4d2ctl printed");
    }
    assert_eq!(francis.get(&format!("/servers/{other}/files")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_gives_the_turn_back() {
    let (panel, mut zoey, server) = panel().await;
    order(panel.root.path(), "hold files\nhold logs");
    let files = format!("/servers/{server}/files");
    let mut held = tabs(&panel, &zoey, &files, 4).await;
    held.extend(tabs(&panel, &zoey, &format!("/servers/{server}/log/older?before=1"), 1).await);
    assert_eq!(panel.state.host.asked(), 5);
    held.iter().for_each(JoinHandle::abort);
    eventually("all turns are back", || panel.state.host.asked() == 0).await;
    eventually("no l4d2ctl is left", || processes(panel.root.path()).is_empty()).await;
    order(panel.root.path(), "");
    assert_eq!(zoey.get(&files).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_have_a_number_of_their_own() {
    let (panel, mut zoey, server) = panel().await;
    let user = panel.user("bill").await;
    panel.grant(server, user, "manage").await;
    let mut bill = panel.login("bill").await;
    let file = format!("/servers/{server}/files/download?path=left4dead2/pak01_dir.vpk");
    let log = format!("/servers/{server}/log/download");
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut body = zoey.open(&file, None).await.into_body().into_data_stream();
        assert!(body.next().await.unwrap().is_ok());
        open.push(body);
    }
    for path in [&file, &log] {
        let refused = zoey.get(path).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        let sentence = "The host is busy with 4 other downloads of yours. Try again in a moment.";
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    assert_eq!(zoey.get(&format!("/servers/{server}/files")).await.status, StatusCode::OK);
    assert_eq!(bill.get(&log).await.status, StatusCode::OK);
    open.pop();
    assert_eq!(zoey.get(&log).await.status, StatusCode::OK);
    drop(open);
    assert_eq!(panel.state.host.asked(), 0);
    eventually("no l4d2ctl is left", || processes(panel.root.path()).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_one_user_the_host_follows_so_many_logs() {
    let panel = Panel::scripted().await;
    let owner = panel.user("zoey").await;
    panel.admin("admin").await;
    let (mut zoey, admin) = (panel.login("zoey").await, panel.login("admin").await);
    let mut servers = Vec::new();
    for number in 0..24 {
        servers.push(panel.server(owner, &format!("Server {number}")).await);
    }
    let events = |server: &ServerId| format!("/servers/{server}/events?tab=log");
    let mut open = Vec::new();
    for server in &servers[..16] {
        let stream = zoey.open(&events(server), None).await;
        assert_eq!(stream.status(), StatusCode::OK);
        open.push(stream);
    }
    let refused = zoey.get(&events(&servers[16])).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.body.contains("the logs of too many servers"), "{}", refused.body);
    let page = zoey.get(&format!("/servers/{}", servers[16])).await;
    assert_eq!(page.status, StatusCode::OK, "the page comes without lines");
    assert!(page.text(".log-why").starts_with("You have the logs of too many servers open"), "and says why");
    assert_eq!(panel.state.logs.count(), 16);

    let others = admin.open(&events(&servers[16]), None).await;
    assert_eq!(others.status(), StatusCode::OK);
    assert_eq!(zoey.open(&events(&servers[16]), None).await.status(), StatusCode::OK, "somebody follows it already");

    // Whoever goes from page to page holds only what is looked at.
    open.pop();
    for server in &servers[17..] {
        assert_eq!(zoey.get(&format!("/servers/{server}")).await.status, StatusCode::OK);
    }
    eventually("those that nobody looks at are let go", || panel.state.logs.count() <= 17).await;
    assert_eq!(zoey.open(&events(&servers[15]), None).await.status(), StatusCode::OK);
}

/// Who is refused because of others is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_all_together_the_host_follows_so_many_logs() {
    let panel = Panel::scripted().await;
    let mut held = Vec::new();
    for name in ["bill", "francis", "louis", "nick"] {
        let user = panel.user(name).await;
        for number in 0..16 {
            let server = panel.server(user, &format!("Server {number}")).await;
            held.push(panel.state.logs.open(server, user).unwrap());
        }
    }
    let user = panel.user("zoey").await;
    let server = panel.server(user, "Mine").await;
    let mut zoey = panel.login("zoey").await;
    let refused = zoey.get(&format!("/servers/{server}/events?tab=log")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.body.contains("64 at once for all who use this panel"), "{}", refused.body);
    let why = zoey.get(&format!("/servers/{server}")).await.text(".log-why");
    assert!(why.starts_with("The logs of too many servers are open"), "{why}");
    held.pop();
    eventually("one is let go", || panel.state.logs.open(server, user).is_ok()).await;
}

/// Whoever adds a page must think of it: nothing below `pages` asks the host but by way of its bounds.
#[test]
fn pages_ask_the_host_in_somebody_s_name() {
    let mut directories = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/pages"))];
    let mut asked = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text: String = std::fs::read_to_string(&path).unwrap().split_whitespace().collect();
            for rest in text.split("state.host").skip(1) {
                asked += 1;
                let bounded = [".asked_by(", ".asked_by_strangers("].iter().any(|way| rest.starts_with(way));
                assert!(bounded, "{}: state.host{:.40}", path.display(), rest);
            }
            for rest in text.split("state.game").skip(1) {
                let bounded = [".look()", ".is_missing()", ".ask(user)"].iter().any(|way| rest.starts_with(way));
                assert!(bounded, "{}: state.game{:.40}", path.display(), rest);
            }
        }
    }
    assert!(asked > 4);
    // What is known of the game is asked for past the bounds once for all who look, and else in somebody's name.
    let known: String = include_str!("../../src/machine/known_game.rs").split_whitespace().collect();
    let ways: Vec<_> = known.split("self.host").skip(1).map(|rest| rest.split('(').next().unwrap()).collect();
    assert_eq!(ways, [".asked_by", ".game"]);
}

/// A page of the overview is made of what is known of the game; who asks for the checks asks for the game, too, and waits for a turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_overview_asks_for_the_game_once_and_else_in_turn() {
    let panel = Panel::scripted().await;
    panel.admin("admin").await;
    let mut admin = panel.login("admin").await;
    let root = panel.root.path();
    order(root, "record");
    let calls = || std::fs::read_to_string(root.join("calls")).unwrap_or_default();
    let games =
        || calls().lines().filter(|line| line.starts_with("begin ") && line.split(' ').nth(2) == Some("game")).count();
    for _ in 0..3 {
        assert_eq!(admin.get("/admin").await.status, StatusCode::OK);
    }
    assert_eq!(games(), 1, "{}", calls());
    assert_eq!(admin.get("/admin?checks=1").await.status, StatusCode::OK);
    assert_eq!(games(), 2, "{}", calls());
}
