//! A panel that is killed with SIGKILL in the middle of a download.

use l4d2web::clock::Clock;
use l4d2web::db::jobs;
use l4d2web::live::Bus;
use l4d2web::queue::{JobState, Queue, Work};

use super::works::{UNUSED, USED, open, sql};
use crate::program::Serving;
use crate::stand_in::{eventually, order};
use crate::steam::{Item, Orders, StandInSteam};

/// In the file of each download, and where the server stops sending at first.
const FILLER: usize = 12_000_000;
const HELD: usize = 5_000_000;

/// It is killed while two items are under way and one is there already; the next panel goes on where it was, and fetches nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_goes_on_after_its_panel_was_killed() {
    let held =
        || Item { filler: FILLER, orders: Orders { hold_after: Some(HELD), ..Orders::default() }, ..Item::default() };
    let steam = StandInSteam::with([(7, held()), (8, held()), (9, Item::default())]).await;
    let root = tempfile::tempdir().unwrap();
    order(root.path(), "");
    let db = open(root.path()).await;
    sql(&db, "UPDATE overlays SET kind = 'workshop'").await;
    sql(&db, "INSERT INTO workshop_items (steam_id) VALUES (7), (8), (9)").await;
    sql(&db, &format!("INSERT INTO overlay_items (overlay_id, steam_id, position) VALUES ({USED}, 7, 0), ({USED}, 8, 1), ({USED}, 9, 2), ({UNUSED}, 7, 0)")).await;
    let queue = Queue::new(db.clone(), Clock::system(), Bus::new());
    let first = queue.enqueue(Work::Build(USED), None).await.unwrap().id;
    // The same item is wanted by another build at the same time, and fetched once.
    let other = queue.enqueue(Work::Build(UNUSED), None).await.unwrap().id;
    let cache = root.path().join("workshop_cache");
    let url = steam.url();
    let mut serving = Serving::start(root, |command| {
        command.env("STEAM_API_URL", url.as_str());
    });
    let part = |number: i64| cache.join(format!(".{number}.part")).metadata().map_or(0, |part| part.len());
    eventually("parts are written", || part(7) > 1_000_000 && part(8) > 1_000_000 && cache.join("9.vpk").exists())
        .await;
    serving.child.kill().unwrap();
    serving.child.wait().unwrap();
    let kept = [part(7), part(8)];
    assert!(!cache.join("7.vpk").exists() && !cache.join("8.vpk").exists());
    for number in [7, 8] {
        steam.item(number, |item| item.orders = Orders::default());
    }
    let root = std::mem::replace(&mut serving.root, tempfile::tempdir().unwrap());
    drop(serving);

    let again = queue.enqueue(Work::Build(USED), None).await.unwrap().id;
    let serving = Serving::start(root, |command| {
        command.env("STEAM_API_URL", url.as_str());
    });
    let (mut job, mut tries) = (jobs::find(&db, again).await.unwrap().unwrap(), 0);
    while !job.state.is_over() {
        tries += 1;
        assert!(tries < 3000, "{job:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        job = jobs::find(&db, again).await.unwrap().unwrap();
    }
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    for number in [first, other] {
        assert_eq!(jobs::find(&db, number).await.unwrap().unwrap().state, JobState::Interrupted);
    }
    for number in [7, 8, 9] {
        let right = steam.catalog.lock().unwrap().items[&number].file(number);
        let published = serving.root.path().join(format!("overlays/1/left4dead2/addons/{number}.vpk"));
        assert!(std::fs::read(published).unwrap() == right, "{number}");
    }
    assert_eq!(steam.requests("file 7"), ["file 7 whole".to_owned(), format!("file 7 bytes={}-", kept[0])]);
    assert_eq!(steam.requests("file 8"), ["file 8 whole".to_owned(), format!("file 8 bytes={}-", kept[1])]);
    assert_eq!(steam.requests("file 9").len(), 1);
}
