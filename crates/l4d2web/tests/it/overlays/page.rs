//! The list and the page of an overlay: who sees what, names, deleting, and what is pushed.

use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::id::UserId;
use l4d2web::overlays::Kind;
use rstest::rstest;

use super::{Stage, make, save};
use crate::cast::run;
use crate::panel::{NOW, Panel};
use crate::sse::Events;
use crate::stand_in::order;

#[tokio::test]
async fn everybody_sees_their_own_and_everybodys_and_an_admin_all() {
    let mut stage = Stage::new("").await;
    make(&mut stage.zoey, "Of zoey", "workshop", false).await;
    make(&mut stage.louis, "Of louis", "files", false).await;
    make(&mut stage.bill, "For all", "script", true).await;
    make(&mut stage.bill, "Campaigns", "workshop", true).await;
    let list = |reply: crate::panel::Reply| reply.texts("td:first-child");
    assert_eq!(
        list(stage.zoey.get("/overlays").await),
        [
            "CampaignsWorkshop overlay, for everybody",
            "For allScript overlay, for everybody",
            "Of zoeyWorkshop overlay, yours alone"
        ]
    );
    let all = list(stage.bill.get("/overlays").await);
    assert!(all.contains(&"Of zoeyWorkshop overlay of zoey".to_owned()), "{all:?}");
    assert_eq!(all.len(), 4);
    assert!(stage.zoey.get("/overlays/4").await.body.contains("Workshop overlay, for everybody"));
    for page in ["/overlays/1", "/overlays/2"] {
        // An admin sees and deletes what is somebody's own, and changes nothing of it.
        let body = stage.bill.get(page).await.body;
        assert!(body.contains("Delete…") && !body.contains("Rename…"), "{body}");
        assert!(!body.contains(&format!("hx-post=\"{page}/build\"")), "{body}");
    }
}

#[rstest]
#[case("zoey", "script", "Mine", "You have an overlay named “Mine” already. Take another name.")]
#[case("bill", "script", "All", "There is an overlay for everybody named “All” already. Take another name.")]
#[case("zoey", "nothing", "Other", "Choose one of these.")]
#[case("zoey", "script", " ", "It needs a name.")]
#[tokio::test]
async fn a_name_is_unique_where_it_is_seen(
    #[case] who: &str,
    #[case] kind: &str,
    #[case] name: &str,
    #[case] sentence: &str,
) {
    let mut stage = Stage::new("").await;
    make(&mut stage.zoey, "Mine", "script", false).await;
    make(&mut stage.bill, "All", "files", true).await;
    // The same name for one's own is no clash with others'.
    make(&mut stage.louis, "Mine", "script", false).await;
    make(&mut stage.louis, "All", "script", false).await;
    let shared = if who == "bill" { vec![("shared", "yes")] } else { Vec::new() };
    let fields = [&[("name", name), ("kind", kind)], &shared[..]].concat();
    let browser = if who == "bill" { &mut stage.bill } else { &mut stage.zoey };
    for reply in [browser.post("/overlays", &fields).await, browser.script("/overlays", &fields).await] {
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains(sentence), "{}", reply.body);
        assert!(reply.body.contains(&format!("value=\"{name}\"")), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_reference_is_the_key_and_passes_over_directories_that_are_called_so() {
    let panel = Panel::new().await;
    let db = &panel.state.db;
    let zoey = panel.user("zoey").await;
    db::overlays::insert_directory(db, "Two", "2", NOW).await.unwrap();
    db::overlays::insert_directory(db, "Four", "4", NOW).await.unwrap();
    let ids = ["a", "b", "c"].map(|name| db::overlays::insert(db, Some(zoey), name, Kind::Script, NOW));
    let mut references = Vec::new();
    for id in ids {
        let overlay = db::overlays::find(db, id.await.unwrap()).await.unwrap().unwrap();
        assert_eq!(overlay.reference, overlay.id.to_string());
        references.push(overlay.reference);
    }
    assert_eq!(references, ["3", "5", "6"]);
}

#[tokio::test]
async fn renaming_keeps_the_overlay() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "Mine", "script", false).await;
    make(&mut stage.zoey, "Other", "script", false).await;
    let reply = stage.zoey.script(&format!("{page}/rename"), &[("name", "Other")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("You have an overlay named “Other” already."), "{}", reply.body);
    let reply = stage.zoey.post(&format!("{page}/rename"), &[("name", "")]).await;
    assert!(reply.text("#rename .error").contains("It needs a name."));
    let reply = stage.zoey.post(&format!("{page}/rename"), &[("name", " Mine, but better ")]).await;
    assert_eq!(reply.location(), page);
    assert_eq!(stage.zoey.get(&page).await.text("h1"), "Mine, but better");
}

#[tokio::test]
async fn an_overlay_is_deleted_when_nothing_uses_or_builds_it() {
    let mut stage = Stage::new("hold build\n").await;
    let root = stage.working.panel.root.path().to_owned();
    let page = make(&mut stage.zoey, "Mine", "script", false).await;
    let delete = format!("{page}/delete");
    save(&mut stage.zoey, &page, "echo", false).await;
    let reply = stage.zoey.post(&delete, &[("name", "mine")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("That is “mine”. The name is “Mine”."), "{}", reply.body);
    let reply = stage.zoey.post(&delete, &[("name", "Mine")]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains("Job 1 builds “Mine”."), "{}", reply.body);
    std::fs::write(root.join("go"), "").unwrap();
    stage.working.over(1).await;
    assert!(root.join("overlays/1").exists());

    let blueprint = stage.zoey.post("/blueprints", &[("name", "Versus")]).await.location().to_owned();
    let fields = [("seen", "1793620800"), ("name", "Versus"), ("overlay", "1")];
    assert_eq!(stage.zoey.post(&blueprint, &fields).await.status, StatusCode::SEE_OTHER);
    // Its owner reads the name, an admin that somebody else uses it.
    let reply = stage.zoey.post(&delete, &[("name", "Mine")]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains("“Mine” is in use by “Versus”. Take it out there first."), "{}", reply.body);
    let reply = stage.bill.post(&delete, &[("name", "Mine")]).await;
    assert!(reply.text("main").contains("1 blueprint of somebody else"), "{}", reply.body);
    assert!(stage.zoey.get(&page).await.text("#delete").contains("Mine is in use"));

    let seen = (NOW + 1).to_string();
    let reply = stage.zoey.post(&blueprint, &[("seen", seen.as_str()), ("name", "Versus")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    order(&root, "fail unbuild 75 1\nfail unbuild 74 2\n");
    let reply = stage.zoey.post(&delete, &[("name", "Mine")]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains("A build of “Mine” is under way on the host."), "{}", reply.body);
    let reply = stage.zoey.post(&delete, &[("name", "Mine")]).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(root.join("overlays/1").exists() && stage.zoey.get(&page).await.status == StatusCode::OK);
    order(&root, "");
    assert_eq!(stage.zoey.post(&delete, &[("name", "Mine")]).await.location(), "/overlays");
    assert!(!root.join("overlays/1").exists());
    assert_eq!(stage.zoey.get(&page).await.status, StatusCode::NOT_FOUND);
    // Its builds stay, as jobs of something that is gone.
    assert!(stage.zoey.get("/jobs/1").await.body.contains("Build Mine"));
}

#[tokio::test]
async fn the_page_is_pushed_what_a_build_does() {
    let mut stage = Stage::new("say build 5\nhold build\n").await;
    let root = stage.working.panel.root.path().to_owned();
    let page = make(&mut stage.bill, "Tickrate", "script", true).await;
    let mut owner = Events::open(&stage.bill, &format!("{page}/events"), None).await;
    let mut other = Events::open(&stage.louis, &format!("{page}/events"), None).await;
    let mut list = Events::open(&stage.louis, "/overlays/events", None).await;
    for events in [&mut owner, &mut other] {
        assert!(events.named("build").await.data.contains("Not built"));
    }
    assert!(list.named("list").await.data.contains("Not built"));
    save(&mut stage.bill, &page, "echo", false).await;
    // The log of the build that begins takes its place in the page, and its lines follow it.
    assert!(owner.named("log").await.data.contains("Log of build 1"));
    let first = owner.named("line").await;
    assert!(first.data.contains("data-pos=\"1\"") && owner.seen.as_deref().unwrap().starts_with("1."), "{first:?}");
    while !owner.named("line").await.data.contains("stand-in: held") {}
    let place = owner.seen.clone();
    std::fs::write(root.join("go"), "").unwrap();
    for events in [&mut owner, &mut other] {
        while !events.named("build").await.data.contains(">Built<") {}
    }
    while !list.named("list").await.data.contains(">Built<") {}
    // Who comes back gets what was printed since, and not the log anew.
    let mut again = Events::open(&stage.bill, &format!("{page}/events"), place.as_deref()).await;
    let event = loop {
        let event = again.next().await.unwrap();
        assert_ne!(event.name, "log");
        if event.name == "line" {
            break event;
        }
    };
    assert!(event.data.contains("step: ") && !event.data.contains("data-pos=\"1\""), "{event:?}");
    // Who may see that it is built is not told what its build prints.
    stage.bill.post(&format!("{page}/build"), &[]).await;
    stage.working.over(2).await;
    stage.bill.post(&format!("{page}/rename"), &[("name", "Tickrate 100")]).await;
    loop {
        let event = other.next().await.unwrap();
        assert!(!["line", "log", "builds"].contains(&event.name.as_str()), "{event:?}");
        if event.name == "head" && event.data.contains("Tickrate 100") {
            break;
        }
    }
    assert!(owner.named("log").await.data.contains("Log of build 2"));
}

#[tokio::test]
async fn who_is_no_admin_any_more_follows_no_builds_of_everybodys() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.bill, "Tickrate", "script", true).await;
    stage.working.panel.admin("ada").await;
    let mut events = Events::open(&stage.bill, &format!("{page}/events"), None).await;
    events.named("builds").await;
    run(&stage.working.panel, "UPDATE users SET admin = 0 WHERE name = 'bill'").await;
    stage.working.panel.state.bus.send(l4d2web::live::Change::User(UserId(1)));
    events.end().await;
    let mut events = Events::open(&stage.bill, &format!("{page}/events"), None).await;
    assert_eq!(events.named("head").await.name, "head");
}

#[tokio::test]
async fn files_are_listed_and_downloaded_by_all_who_see_the_overlay() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.bill, "Tickrate", "script", true).await;
    let unbuilt = stage.louis.get(&format!("{page}/files")).await;
    assert_eq!(unbuilt.status, StatusCode::UNPROCESSABLE_ENTITY);
    save(&mut stage.bill, &page, "echo", false).await;
    stage.working.over(1).await;
    let whole = stage.louis.get(&format!("{page}/files?path=left4dead2")).await;
    assert_eq!(whole.texts(".crumbs a"), ["Overlays", "Tickrate", "Files"]);
    assert_eq!(whole.texts(".node > :first-child > .cut"), ["cfg", "stand-in"]);
    for (path, status) in [
        ("..", StatusCode::UNPROCESSABLE_ENTITY),
        ("%2e%2e/1/left4dead2", StatusCode::UNPROCESSABLE_ENTITY),
        ("gone", StatusCode::NOT_FOUND),
        ("left4dead2/cfg/server.cfg", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let reply = stage.louis.get(&format!("{page}/files?path={path}")).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    let file = stage.louis.get(&format!("{page}/files/download?path=left4dead2/cfg/server.cfg")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("server.cfg"));
}
