//! The log of a server: pages of it, and streams that lose and repeat nothing.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use l4d2web::id::ServerId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::panel::{Browser, Panel};
use crate::sse::{Events, lines};
use crate::stand_in::{SPEC, eventually, order, processes};

/// A panel with a server of which zoey is the owner; it does not run, so that only the test prints.
pub(crate) async fn panel() -> (Panel, Browser, ServerId) {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday Versus").await;
    let root = panel.root.path();
    std::fs::create_dir_all(root.join(format!("instances/{server}"))).unwrap();
    std::fs::write(root.join(format!("instances/{server}/spec.yaml")), SPEC).unwrap();
    std::fs::create_dir_all(root.join("logs")).unwrap();
    let browser = panel.login("zoey").await;
    (panel, browser, server)
}

/// The browsers of ten users who may operate the server: one user alone may not hold that many streams.
async fn crowd(panel: &Panel, server: ServerId) -> Vec<Browser> {
    let mut browsers = Vec::new();
    for number in 0..10 {
        let name = format!("nick{number}");
        let user = panel.user(&name).await;
        panel.grant(server, user, "operate").await;
        browsers.push(panel.login(&name).await);
    }
    browsers
}

/// Prints lines, as the server would.
pub(crate) fn print(root: &Path, server: ServerId, lines: impl IntoIterator<Item = String>) {
    let mut file = File::options().create(true).append(true).open(root.join(format!("logs/{server}.log"))).unwrap();
    let lines: Vec<_> = lines.into_iter().map(|line| format!("1793620800000000 {line}\n")).collect();
    file.write_all(lines.concat().as_bytes()).unwrap();
}

fn numbered(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|number| format!("line {number:05}"))
}

/// Open files that are not of the database, whose pool grows as it is used.
fn files() -> usize {
    let links =
        std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    links.filter(|target| !target.to_string_lossy().contains("left4me.db")).count()
}

const FOLLOWERS: usize = 200;
const PIECE: usize = 250;
const PIECES: usize = 8;

/// Follows a log to its last line, and comes back once on the way.
async fn follow(browser: Browser, path: String, number: usize, progress: Arc<Vec<AtomicUsize>>) -> Vec<String> {
    let mut events = Events::open(&browser, &path, None).await;
    let mut got = Vec::new();
    let leave_at = 100 + (number * 7) % (PIECE * PIECES - 200);
    let mut left = false;
    while got.len() < PIECE * PIECES {
        let event = events.next().await;
        let Some(event) = event else {
            events = Events::open(&browser, &path, events.seen.as_deref()).await;
            continue;
        };
        assert_ne!(event.name, "log-reset");
        if event.name == "log" {
            got.extend(lines(&event.data));
            progress[number].store(got.len(), Ordering::SeqCst);
        }
        if !left && got.len() >= leave_at {
            left = true;
            events = Events::open(&browser, &path, events.seen.as_deref()).await;
        }
    }
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_followers_get_all_lines_in_order_and_leave_nothing_behind() {
    let (panel, _, server) = panel().await;
    let browsers = crowd(&panel, server).await;
    let root = panel.root.path().to_owned();
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let (files_before, tasks_before) = (files(), tasks());
    let progress: Arc<Vec<_>> = Arc::new((0..FOLLOWERS).map(|_| AtomicUsize::new(0)).collect());
    let path = format!("/servers/{server}/events?tab=log");
    let followers: Vec<_> = (0..FOLLOWERS)
        .map(|number| {
            let browser = browsers[number % browsers.len()].clone();
            tokio::spawn(follow(browser, path.clone(), number, Arc::clone(&progress)))
        })
        .collect();
    eventually("all follow", || panel.state.streams.count() == FOLLOWERS).await;
    for piece in 0..PIECES {
        print(&root, server, numbered(piece * PIECE..(piece + 1) * PIECE));
        if piece == PIECES / 2 {
            // What reads the journal dies in the middle of it.
            for process in processes(&root) {
                let process = rustix::process::Pid::from_raw(process.cast_signed()).unwrap();
                let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
            }
        }
        let all_have = || progress.iter().all(|got| got.load(Ordering::SeqCst) >= (piece + 1) * PIECE);
        eventually("all have the lines", all_have).await;
        assert!(processes(&root).len() <= 1, "one l4d2ctl for all");
    }
    let expected: Vec<_> = numbered(0..PIECE * PIECES).collect();
    for follower in followers {
        assert_eq!(follower.await.unwrap(), expected);
    }
    eventually("no stream is left", || panel.state.streams.count() == 0).await;
    eventually("no log is followed", || panel.state.logs.count() == 0).await;
    eventually("no l4d2ctl is left", || processes(&root).is_empty()).await;
    eventually("no task is left", || tasks() <= tasks_before).await;
    eventually("no file is left open", || files() <= files_before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_line_comes_by_itself_to_two_hundred_followers() {
    let (panel, _, server) = panel().await;
    let browsers = crowd(&panel, server).await;
    let path = format!("/servers/{server}/events?tab=log");
    print(panel.root.path(), server, ["first".to_owned()]);
    let mut events = Vec::new();
    for number in 0..FOLLOWERS {
        let mut opened = Events::open(&browsers[number % browsers.len()], &path, None).await;
        opened.named("log").await;
        events.push(opened);
    }
    let mut followed = events.pop().unwrap();
    let others: Vec<_> = events.into_iter().map(|events| tokio::spawn(events.end())).collect();
    for number in 0..200 {
        print(panel.root.path(), server, [format!("number {number}")]);
        assert_eq!(lines(&followed.named("log").await.data), [format!("number {number}")]);
    }
    drop(followed);
    panel.state.streams.close();
    for other in others {
        other.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_dropped() {
    let (panel, browser, server) = panel().await;
    let address = panel.listen(Duration::from_millis(500), Duration::from_secs(30)).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    let cookie = browser.cookie("left4me").unwrap();
    let request = format!(
        "GET /servers/{server}/events?tab=log HTTP/1.1\r\nhost: panel.test\r\ncookie: left4me={cookie}\r\n\r\n"
    );
    client.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    client.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    eventually("it is counted", || panel.state.streams.count() == 1).await;
    let mut printed = 0;
    eventually("its stream ends", || {
        print(panel.root.path(), server, (0..50).map(|_| "x".repeat(4000)));
        printed += 50;
        panel.state.streams.count() == 0
    })
    .await;
    // The connection itself is closed, too: what was on its way comes, and then the end.
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), client.read_to_end(&mut rest)).await.expect("it ends");
    assert!(rest.len() < printed * 4000, "it was not sent all");
}

/// What a server may print is much more than what of it is shown: each line is cut before the next is held.
#[tokio::test]
async fn a_log_of_huge_lines_is_shown() {
    let (panel, browser, server) = panel().await;
    let control = "\u{1}".repeat(30_000);
    print(panel.root.path(), server, numbered(0..400).map(|line| format!("{control}{line}")));
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=log"), None).await;
    let mut got = Vec::new();
    while got.len() < 400 {
        let event = events.next().await.unwrap();
        got.extend(if event.name == "log" { lines(&event.data) } else { Vec::new() });
    }
    assert_eq!(got, numbered(0..400).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_has_the_last_lines_and_the_stream_goes_on_behind_them() {
    let (panel, mut browser, server) = panel().await;
    let evil = "\u{1b}[2J\u{1b}]0;x\u{7}<img src=x onerror=alert(1)>\r & \u{202e}fdp";
    print(panel.root.path(), server, numbered(0..600).chain([evil.to_owned()]));
    let page = browser.get(&format!("/servers/{server}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let shown = lines(&page.body);
    assert_eq!(shown.len(), 500);
    assert_eq!(shown[499], "<img src=x onerror=alert(1)> & fdp");
    assert!(!page.body.contains("<img") && !page.body.contains(['\u{1b}', '\u{202e}', '\u{7}']));
    let document = scraper::Html::parse_document(&page.body);
    let main = document.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    let stream = main.attr("sse-connect").unwrap().to_owned();
    assert!(stream.starts_with(&format!("/servers/{server}/events?tab=log&after=")), "{stream}");
    drop(document);
    let mut events = Events::open(&browser, &stream, None).await;
    print(panel.root.path(), server, ["news".to_owned()]);
    assert_eq!(lines(&events.named("log").await.data), ["news"]);
}

#[tokio::test]
async fn a_place_that_is_not_known_begins_the_log_anew() {
    let (panel, browser, server) = panel().await;
    print(panel.root.path(), server, numbered(0..700));
    let path = format!("/servers/{server}/events?tab=log");
    let mut events = Events::open(&browser, &path, Some("0123456789abcdef")).await;
    let event = events.named("log-reset").await;
    assert_eq!(lines(&event.data), numbered(200..700).collect::<Vec<_>>());
    print(panel.root.path(), server, ["news".to_owned()]);
    assert_eq!(lines(&events.named("log").await.data), ["news"]);
}

#[tokio::test]
async fn older_lines_come_in_blocks_and_all_as_a_file() {
    let (panel, mut browser, server) = panel().await;
    print(panel.root.path(), server, numbered(0..2600));
    let older = |page: &str| {
        let document = scraper::Html::parse_document(page);
        let first = document.select(&scraper::Selector::parse(".ln").unwrap()).next();
        first.map(|line| format!("/servers/{server}/log/older?before={}", line.attr("data-pos").unwrap()))
    };
    let mut page = browser.get(&format!("/servers/{server}")).await.body;
    let mut all = lines(&page);
    while let Some(path) = older(&page) {
        let block = browser.get(&path).await;
        assert_eq!(block.status, StatusCode::OK);
        all.splice(0..0, lines(&block.body));
        page = block.body;
    }
    assert_eq!(all, numbered(0..2600).collect::<Vec<_>>());
    let unknown = browser.get(&format!("/servers/{server}/log/older?before=0123456789abcdef")).await;
    assert_eq!((unknown.status, unknown.body.as_str()), (StatusCode::OK, ""));
    let refused = browser.get(&format!("/servers/{server}/log/older?before=x'--")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let file = browser.get(&format!("/servers/{server}/log/download")).await;
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"Friday Versus.log\"; filename*=UTF-8''Friday%20Versus.log"
    );
    assert_eq!(file.body.lines().count(), 2600);
    assert!(file.body.starts_with("2026-11-02T12:00:00.000Z line 00000\n"), "{:?}", file.body.get(..80));
}

#[tokio::test]
async fn a_server_that_the_host_does_not_know_has_an_empty_log() {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "New").await;
    let mut browser = panel.login("zoey").await;
    let page = browser.get(&format!("/servers/{server}")).await;
    assert_eq!((page.status, lines(&page.body).len()), (StatusCode::OK, 0));
    let file = browser.get(&format!("/servers/{server}/log/download")).await;
    assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, ""));
    // It is made, and its log comes without a new page.
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=log"), None).await;
    std::fs::create_dir_all(panel.root.path().join(format!("instances/{server}"))).unwrap();
    std::fs::write(panel.root.path().join(format!("instances/{server}/spec.yaml")), SPEC).unwrap();
    print(panel.root.path(), server, ["hello".to_owned()]);
    panel.state.bus.send(l4d2web::live::Change::Server(server));
    assert_eq!(lines(&events.named("log").await.data), ["hello"]);
}

/// An empty log says why it is empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_without_lines_says_why() {
    let (panel, mut zoey, server) = panel().await;
    order(panel.root.path(), "fail logs 69");
    let why = zoey.get(&format!("/servers/{server}")).await.text(".log-why");
    assert!(why.starts_with("The log cannot be read: ") && why.contains("It is tried again"), "{why}");
    let unknown = panel.server(l4d2web::id::UserId(1), "Never started").await;
    order(panel.root.path(), "");
    let why = zoey.get(&format!("/servers/{unknown}")).await.text(".log-why");
    assert_eq!(why, "There is nothing in the log yet. Lines come when the server starts.");
}
