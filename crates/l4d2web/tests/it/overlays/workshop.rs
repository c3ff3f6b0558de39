//! The page of a workshop overlay: adding, what came of each item, and the pictures.

use axum::http::{StatusCode, header};
use l4d2web::db::jobs;
use l4d2web::db::workshop_items;
use l4d2web::id::{JobId, OverlayId};
use l4d2web::queue::JobState;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::cast::run;
use crate::panel::{Browser, Panel};
use crate::steam::{Child, Item, Orders, StandInSteam};

/// A panel with that Steam, and the browser of `zoey`, who has a workshop overlay.
async fn start(items: Vec<(i64, Item)>) -> (StandInSteam, Panel, Browser) {
    let steam = StandInSteam::with(items).await;
    let panel = Panel::with(&[("STEAM_API_URL", steam.url().as_str())]).await;
    panel.admin("bill").await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    let reply = zoey.post("/overlays", &[("name", "Campaigns"), ("kind", "workshop")]).await;
    assert_eq!(reply.location(), "/overlays/1");
    (steam, panel, zoey)
}

fn named(title: &str) -> Item {
    Item { title: title.to_owned(), ..Item::default() }
}

async fn listed(panel: &Panel) -> Vec<i64> {
    let items = workshop_items::of_overlay(&panel.state.db, OverlayId(1)).await.unwrap();
    items.iter().map(|item| item.id.get()).collect()
}

/// Runs jobs until this one is over.
async fn until_over(panel: &Panel, job: JobId) -> JobState {
    let stop = CancellationToken::new();
    let (state, token) = (panel.state.clone(), stop.clone());
    let working = tokio::spawn(async move { state.work(token).await });
    let mut stream = panel.state.queue.feed().subscribe(job, 0).await.unwrap();
    while stream.next().await.unwrap().is_some() {}
    stop.cancel();
    working.await.unwrap().unwrap();
    jobs::find(&panel.state.db, job).await.unwrap().unwrap().state
}

#[tokio::test]
async fn items_and_collections_are_added_once_and_built() {
    let (steam, panel, mut zoey) = start(vec![(7, named("Moors")), (8, named("Hats")), (9, named("Boats"))]).await;
    steam.change(|catalog| {
        let child = |id, collection| Child { id, collection };
        catalog.collections.insert(100, vec![child(8, false), child(101, true)]);
        catalog.collections.insert(101, vec![child(9, false), child(100, true)]); // leads back
    });
    let pasted = "https://steamcommunity.com/sharedfiles/filedetails/?id=7\n100, 7";
    let reply = zoey.post("/overlays/1/items", &[("items", pasted)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/overlays/1"));
    assert_eq!(listed(&panel).await, [7, 8, 9]);
    let page = zoey.get("/overlays/1").await.body;
    assert!(
        page.contains("Waiting")
            && page.contains("3 items")
            && page.contains("href=\"https://steamcommunity.com/sharedfiles/filedetails/?id=8\"")
    );
    assert_eq!(until_over(&panel, JobId(1)).await, JobState::Succeeded);
    let page = zoey.get("/overlays/1").await.body;
    assert_eq!(page.matches("state-done\">Ready").count(), 3, "{page}");
    let reply = zoey.post("/overlays/1/items", &[("items", "7 100")]).await;
    assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.body.contains("All of these are in it already."));
}

#[rstest]
#[case("a hat", "Line 1: “a” is neither a number nor a link.")]
#[case("7\n440", "Line 2: “Bonk Helmet” (440). It is for Team Fortress 2. This takes items of Left 4 Dead 2 only.")]
#[case("7\n\n999", "Line 3: 999. It is not on the Workshop, or not any more.")]
#[case("13", "Line 1: “Cheats” (13). Steam has taken it off the Workshop.")]
#[case("200", "There is no item in it that could be added.")]
#[case("300", "more than 1000 items: an overlay takes 1000 at most")]
#[case("400", "lies more than 8 collections deep: add it by itself")]
#[tokio::test]
async fn what_cannot_be_added_is_named_and_nothing_is(#[case] pasted: &str, #[case] sentence: &str) {
    let other = Item { app: 440, ..named("Bonk Helmet") };
    let (steam, panel, mut zoey) =
        start(vec![(7, named("Moors")), (13, Item { banned: true, ..named("Cheats") }), (440, other)]).await;
    steam.change(|catalog| {
        catalog.collections.insert(200, Vec::new());
        catalog.collections.insert(300, (10_001..=11_001).map(|id| Child { id, collection: false }).collect());
        for id in 400..420 {
            catalog.collections.insert(id, vec![Child { id: id + 1, collection: true }]);
        }
    });
    let reply = zoey.post("/overlays/1/items", &[("items", pasted)]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains(sentence), "{}", reply.text("#ids-e"));
    assert!(reply.body.contains(pasted.lines().next().unwrap()), "what was typed is still there");
    assert_eq!(listed(&panel).await, [0; 0]);
}

#[tokio::test]
async fn a_steam_that_does_not_answer_is_said() {
    let (steam, panel, mut zoey) = start(Vec::new()).await;
    steam.change(|catalog| catalog.api_garbage = true);
    let reply = zoey.post("/overlays/1/items", &[("items", "7")]).await;
    assert!(
        reply.body.contains("Nothing was added: Steam gave an answer that cannot be read"),
        "{}",
        reply.text("#ids-e")
    );
    assert_eq!(listed(&panel).await, [0; 0]);
}

#[tokio::test]
async fn what_a_collection_holds_and_cannot_be_had_is_left_out_and_told() {
    let (steam, panel, mut zoey) =
        start(vec![(7, named("Moors")), (440, Item { app: 440, ..named("Bonk Helmet") })]).await;
    let children = [7, 440, 999].map(|id| Child { id, collection: false }).to_vec();
    steam.change(|catalog| drop(catalog.collections.insert(100, children)));
    let reply = zoey.post("/overlays/1/items", &[("items", "100")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    for line in ["“Bonk Helmet” (440): It is for Team Fortress 2.", "999: It is not on the Workshop, or not any more."]
    {
        assert!(reply.body.contains(line), "{}", reply.body);
    }
    assert_eq!(listed(&panel).await, [7]);
}

#[tokio::test]
async fn three_hundred_items_of_a_collection_are_shown_page_by_page() {
    let items = (1000..1300).map(|id| (id, named(&format!("Item number {id}")))).collect();
    let (steam, panel, mut zoey) = start(items).await;
    let children = (1000..1300).map(|id| Child { id, collection: false }).collect();
    steam.change(|catalog| drop(catalog.collections.insert(100, children)));
    assert_eq!(zoey.post("/overlays/1/items", &[("items", "100")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(listed(&panel).await.len(), 300);
    let page = zoey.get("/overlays/1").await.body;
    assert_eq!(page.matches("<tr id=\"item-").count(), 50);
    assert!(page.contains("All 300 items"));
    let page = zoey.get("/overlays/1/items?page=3").await.body;
    assert_eq!(page.matches("<tr id=\"item-").count(), 100);
    assert!(page.contains("201 to 300 of 300") && page.contains("Item number 1299") && !page.contains("Later items"));
    assert!(zoey.get("/overlays/1/items?only=trouble").await.body.contains("All is well."));
    // Back to where somebody was.
    let reply = zoey.post("/overlays/1/items/1299/remove", &[("back", "3")]).await;
    assert_eq!(reply.location(), "/overlays/1/items?page=3");
    assert_eq!(listed(&panel).await.len(), 299);
}

/// What the rows say is what the page says.
#[tokio::test]
async fn each_outcome_is_what_the_page_says() {
    let gone = |result| Item { result, ..named("Gone") };
    let (steam, panel, mut zoey) = start(vec![
        (
            1,
            Item {
                maps: (1..=6).map(|number| format!("moors_{number}")).collect(),
                campaign: Some("The Moors".to_owned()),
                ..named("Moors")
            },
        ),
        (2, named("Was fine")),
        (3, Item { orders: Orders { says_bytes: Some(10), ..Orders::default() }, filler: 5000, ..named("Liar") }),
        (4, Item { orders: Orders { status: Some(404), ..Orders::default() }, ..named("Lost") }),
        (5, Item { orders: Orders { no_vpk: true, ..Orders::default() }, ..named("Text") }),
        (
            6,
            Item {
                orders: Orders { numbers_as_text: true, ..Orders::default() },
                files: vec!["models/a.mdl".to_owned()],
                ..named("Hats")
            },
        ),
        (60, Item { files: vec!["models/a.mdl".to_owned()], ..named("Other hats") }),
        (8, named("Banned later")),
        (9, named("Moved away")),
    ])
    .await;
    assert_eq!(zoey.post("/overlays/1/items", &[("items", "1 2 3 4 5 6 60 8 9")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(until_over(&panel, JobId(1)).await, JobState::Succeeded);
    steam.change(|catalog| {
        catalog.items.insert(2, gone(9));
        catalog.items.get_mut(&8).unwrap().banned = true;
        catalog.items.get_mut(&9).unwrap().app = 440;
    });
    assert_eq!(zoey.post("/overlays/1/items/check", &[]).await.location(), "/overlays/1");
    assert_eq!(until_over(&panel, JobId(2)).await, JobState::Succeeded);
    let page = zoey.get("/overlays/1").await;
    let says = |number: i64, words: &[&str]| {
        let row = page.text(&format!("#item-{number}"));
        for word in words {
            assert!(row.contains(word), "{number}: {row}");
        }
    };
    says(1, &["Ready", "The Moors", "moors_1", "moors_4", "and 2 more"]);
    says(2, &["Was fine", "Failed", "It is not on the Workshop, or not any more.", "The copy of", "is used."]);
    says(3, &["Failed", "Steam speaks of 10 B, and 127.0.0.1 has 5.1 KB."]);
    says(4, &["Failed", "The host 127.0.0.1 answered 404."]);
    says(5, &["Failed", "What was fetched cannot be used: it is no VPK: it begins with something else."]);
    says(6, &["Ready", "It brings 1 file that “Other hats” brings too: the game takes these."]);
    says(60, &["Clash", "“Hats” brings 1 file of it too (models/a.mdl): the game takes those of “Hats”."]);
    says(8, &["Failed", "Steam has taken it off the Workshop."]);
    says(9, &["Failed", "It is for Team Fortress 2."]);
    assert!(page.body.contains("7 need you"), "{}", page.text("#items"));
    assert_eq!(zoey.get("/overlays/1/items?only=trouble").await.body.matches("<tr id=\"item-").count(), 7);
}

#[tokio::test]
async fn items_are_taken_out_and_checked_by_who_may_and_only_there() {
    let (_steam, panel, mut zoey) = start(vec![(7, named("Moors")), (8, named("Hats"))]).await;
    zoey.post("/overlays/1/items", &[("items", "7 8")]).await;
    zoey.post("/overlays", &[("name", "Script"), ("kind", "script")]).await;
    assert_eq!(zoey.post("/overlays/1/items/7/check", &[]).await.location(), "/overlays/1");
    assert_eq!(zoey.post("/overlays/1/items/7/remove", &[]).await.location(), "/overlays/1");
    assert_eq!(listed(&panel).await, [8]);
    for path in [
        "/overlays/1/items/7/remove",
        "/overlays/1/items/7/check",
        "/overlays/1/items/0/remove",
        "/overlays/2/items",
        "/overlays/2/items/check",
    ] {
        assert_eq!(zoey.post(path, &[("items", "7")]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(zoey.get("/overlays/2/items").await.status, StatusCode::NOT_FOUND);
    zoey.post("/overlays/1/items/8/remove", &[]).await;
    let reply = zoey.post("/overlays/1/items/check", &[]).await;
    assert!(reply.status == StatusCode::CONFLICT && reply.body.contains("It has no items yet."));
}

#[tokio::test]
async fn an_admin_looks_for_updates_of_all() {
    let (_steam, panel, mut zoey) = start(vec![(7, named("Moors"))]).await;
    zoey.post("/overlays/1/items", &[("items", "7")]).await;
    assert!(!zoey.get("/overlays").await.body.contains("Look for updates"));
    assert_eq!(zoey.post("/overlays/refresh", &[]).await.status, StatusCode::FORBIDDEN);
    let mut bill = panel.login("bill").await;
    assert!(bill.get("/overlays").await.body.contains("Look for updates"));
    assert_eq!(bill.post("/overlays/refresh", &[]).await.location(), "/overlays");
    assert_eq!(until_over(&panel, JobId(2)).await, JobState::Succeeded);
    let summary = jobs::find(&panel.state.db, JobId(2)).await.unwrap().unwrap().summary.unwrap();
    assert!(summary.starts_with("1 item of the Workshop: "), "{summary}");
}

#[rstest]
#[case("png", "image/png")]
#[case("jpeg", "image/jpeg")]
#[case("gif", "image/gif")]
#[case("webp", "image/webp")]
#[tokio::test]
async fn pictures_come_from_the_panel_and_are_fetched_once(#[case] picture: &str, #[case] kind: &str) {
    let (steam, _panel, mut zoey) = start(vec![(7, Item { picture: picture.to_owned(), ..named("Moors") })]).await;
    zoey.post("/overlays/1/items", &[("items", "7")]).await;
    assert!(zoey.get("/overlays/1").await.body.contains("src=\"/workshop/7/preview\""));
    for _ in 0..2 {
        let reply = zoey.get("/workshop/7/preview").await;
        assert_eq!((reply.status, reply.headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, kind));
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert_eq!(steam.requests("picture").len(), 1);
}

#[rstest]
#[case("svg")]
#[case("html")]
#[case("large")]
#[tokio::test]
async fn what_is_no_picture_is_not_shown_and_not_tried_again_at_once(#[case] picture: &str) {
    let (steam, panel, mut zoey) = start(vec![(7, Item { picture: picture.to_owned(), ..named("Moors") })]).await;
    zoey.post("/overlays/1/items", &[("items", "7")]).await;
    for _ in 0..2 {
        let reply = zoey.get("/workshop/7/preview").await;
        assert_eq!(
            (reply.status, reply.headers[header::CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, "image/gif")
        );
        assert!(reply.body.len() < 60, "a picture of nothing");
    }
    assert_eq!(steam.requests("picture").len(), 1);
    panel.state.clock.advance(601);
    steam.item(7, |item| item.picture = "png".to_owned());
    assert_eq!(zoey.get("/workshop/7/preview").await.headers[header::CONTENT_TYPE], "image/png");
    assert_eq!(zoey.get("/workshop/8/preview").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_picture_inside_is_not_fetched() {
    let (steam, panel, mut zoey) = start(vec![(7, named("Moors"))]).await;
    zoey.post("/overlays/1/items", &[("items", "7")]).await;
    run(&panel, "UPDATE workshop_items SET preview_url = 'http://127.0.0.2:80/secret.png'").await;
    assert_eq!(zoey.get("/workshop/7/preview").await.headers[header::CONTENT_TYPE], "image/gif");
    assert_eq!(steam.requests("picture").len(), 0);
}
