//! Which campaign a map belongs to, wherever a server has it from.

use std::fs::{self, File};

use l4d2web::maps::CachedFile;
use l4d2web::vpk::{Contents, Directory};

use super::{Fake, Looking, Manner, server, status};
use crate::steam::Item;

fn archive(campaign: &str, map: &str) -> Vec<u8> {
    Item { campaign: Some(campaign.to_owned()), maps: vec![map.to_owned()], ..Item::default() }.file(7)
}

/// Lays overlays under the only blueprint, the one of a collection with what its cache has.
#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
async fn overlays(looking: &Looking, cached: &str) {
    let statements = "INSERT INTO overlays (id, name, kind, reference, created_at, updated_at)
             VALUES (5, 'Files', 'files', '5', 1, 1), (6, 'Maps', 'maps', '6', 1, 1);
         INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position) SELECT id, 5, 0 FROM blueprints;
         INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position) SELECT id, 6, 1 FROM blueprints;
         INSERT INTO map_collections (overlay_id, source) VALUES (6, 'l4d2center')";
    let write = looking.panel.state.db.write();
    for statement in statements.split(';') {
        sqlx::query(statement).execute(write).await.unwrap();
    }
    let map = "INSERT INTO collection_maps (overlay_id, name, folded, url, files) VALUES (6, 'x.vpk', 'x.vpk', 'https://maps.test/x', ?)";
    sqlx::query(map).bind(cached).execute(write).await.unwrap();
}

#[tokio::test]
async fn maps_of_files_and_collections_are_named_by_their_campaigns() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let server = server(&looking, "Friday Versus", &fake).await;
    let place = looking.panel.root.path().join("x.vpk");
    fs::write(&place, archive("Cold Front", "front_1")).unwrap();
    let file = File::open(&place).unwrap();
    let contents = Contents::read(&file, &Directory::read(&file).unwrap()).unwrap();
    let cached = [CachedFile { name: "x.vpk".to_owned(), file: "x-1.vpk".to_owned(), bytes: 1, contents }];
    overlays(&looking, &serde_json::to_string(&cached).unwrap()).await;
    let source = looking.panel.root.path().join("files/5/left4dead2");
    fs::create_dir_all(source.join("addons")).unwrap();
    fs::create_dir_all(source.join("missions")).unwrap();
    fs::write(source.join("addons/moors.VPK"), archive("The Bloody Moors", "moors_1")).unwrap();
    fs::write(source.join("addons/broken.vpk"), b"no archive").unwrap();
    let mission =
        r#""mission" { "Name" "loose" "DisplayTitle" "Loose Ends" "modes" { "coop" { "1" { "Map" "loose_1" } } } }"#;
    fs::write(source.join("missions/loose.txt"), mission).unwrap();
    for (map, words) in [
        ("front_1", "Cold Front 1/1"),
        ("moors_1", "The Bloody Moors 1/1"),
        ("loose_1", "Loose Ends 1/1"),
        ("else_1", ""),
    ] {
        fake.set(|script| script.status = status(map, &[]));
        looking.panel.state.play.look_now(server);
        let is_there = |seen: &l4d2web::play::Seen| seen.map() == Some(map);
        let look = looking.until(server, |look| look.seen.as_deref().is_some_and(is_there)).await;
        let place = look.seen.as_ref().unwrap().place.as_ref().map(ToString::to_string).unwrap_or_default();
        assert_eq!(place, words, "{map}");
    }
    let page = looking.panel.login("zoey").await.get(&format!("/servers/{server}/players")).await.body;
    for title in ["Cold Front", "The Bloody Moors", "Loose Ends"] {
        assert!(page.contains(&format!("<optgroup label=\"{title} (added)\">")), "{title}: {page}");
    }
    looking.end().await;
}
