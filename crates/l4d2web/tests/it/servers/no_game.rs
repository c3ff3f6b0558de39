//! Servers on a machine without the game.

use l4d2web::id::ServerId;
use l4d2web::live::Change;
use l4d2web::queue::Work;
use tokio_util::sync::CancellationToken;

use super::make;
use crate::panel::Panel;
use crate::sse::Events;
use crate::stand_in::order;

async fn without_game() -> (Panel, CancellationToken) {
    let (panel, _) = super::panel().await;
    order(panel.root.path(), "no-game\ninstall 0");
    panel.admin("bill").await;
    (panel, CancellationToken::new())
}

/// Does it, and waits until it has ended.
async fn done(panel: &Panel, work: Work) {
    let job = panel.state.queue.enqueue(work, None).await.unwrap();
    let mut lines = panel.state.queue.feed().subscribe(job.id, 0).await.unwrap();
    while lines.next().await.unwrap().is_some() {}
}

#[tokio::test]
async fn who_can_install_it_is_led_there_and_others_are_told() {
    let (panel, stop) = without_game().await;
    let (mut zoey, mut bill) = (panel.login("zoey").await, panel.login("bill").await);
    make(&mut zoey, "Alpha").await;
    for path in ["/servers", "/servers/1"] {
        let page = zoey.get(path).await;
        let told = page.texts(".notice").iter().any(|notice| notice.contains("An admin has to install it."));
        assert!(told, "{path}: {}", page.body);
        assert!(!page.body.contains("/admin?ask=install"), "{path}");
    }
    let page = bill.get("/servers").await;
    assert!(page.text(".notice").contains("The game is not installed"), "{}", page.body);
    assert!(page.body.contains("href=\"/admin?ask=install\""), "{}", page.body);

    let address = page.body.split_once("sse-connect=\"").unwrap().1.split_once('"').unwrap().0.replace("&#38;", "&");
    let mut events = Events::open(&bill, &address, None).await;
    events.up_to_date().await;
    assert_eq!(bill.post("/admin/install", &[]).await.location(), "/jobs/1");
    let notice = events.named("no-game").await.data;
    assert!(notice.contains("The game is being installed") && notice.contains("/jobs/1"), "{notice}");
    assert!(!zoey.get("/servers").await.body.contains("/jobs/1"));

    let (state, told) = (panel.state.clone(), stop.clone());
    tokio::spawn(async move { state.work(told).await });
    while !events.named("no-game").await.data.contains("empty") {}
    assert!(zoey.get("/servers").await.texts(".notice").is_empty());
    stop.cancel();
}

#[tokio::test]
async fn a_start_without_it_says_what_to_do() {
    let (panel, stop) = without_game().await;
    let mut zoey = panel.login("zoey").await;
    make(&mut zoey, "Alpha").await;
    let (state, told) = (panel.state.clone(), stop.clone());
    tokio::spawn(async move { state.work(told).await });
    done(&panel, Work::Start(ServerId(1))).await;
    let said =
        "The game is not installed. An admin installs it on the page “Admin”; then try again. “Alpha” was not started.";
    let page = zoey.get("/servers/1").await.body;
    assert!(page.contains(said), "{page}");
    assert!(zoey.get("/jobs/1").await.body.contains(said));
    stop.cancel();
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_not_taken_for_one_without_it() {
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", "/nothing/l4d2ctl")]).await;
    panel.user("zoey").await;
    let page = panel.login("zoey").await.get("/servers").await;
    assert!(page.texts(".notice").is_empty(), "{}", page.body);
}

/// Many look at the list: the host is asked once, and again when something was heard of it.
#[tokio::test]
async fn the_host_is_asked_only_when_something_happened() {
    let (panel, _stop) = without_game().await;
    order(panel.root.path(), "record");
    let mut zoey = panel.login("zoey").await;
    for _ in 0..5 {
        zoey.get("/servers").await;
    }
    let asked = || {
        let calls = std::fs::read_to_string(panel.root.path().join("calls")).unwrap();
        calls.lines().filter(|line| line.starts_with("begin ") && line.contains(" game ")).count()
    };
    assert_eq!(asked(), 1);
    panel.state.bus.send(Change::Host);
    zoey.get("/servers").await;
    assert_eq!(asked(), 2);
}
