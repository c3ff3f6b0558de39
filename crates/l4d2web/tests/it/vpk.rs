//! Archives as the game's tools write them.

use l4d2web::vpk::{Contents, Directory};
use proptest::prelude::*;

use crate::steam::Item;
use crate::steam_stand_in::package::vpk;

proptest! {
    #[test]
    fn what_was_written_is_read(
        version in 1u32..=2,
        files in proptest::collection::btree_map("([a-z]{1,5}/){0,3}[a-z0-9_]{1,8}(\\.[a-z]{1,3})?", proptest::collection::vec(any::<u8>(), 0..50), 0..20),
    ) {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
        let bytes = vpk(version, &files);
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        let directory = Directory::read(&file).unwrap();
        let mut found: Vec<(String, Vec<u8>)> = directory.entries().iter()
            .map(|entry| (entry.path.clone(), directory.bytes(&file, entry, 50).unwrap().unwrap())).collect();
        found.sort();
        prop_assert_eq!(found, files);
        // Cut off anywhere, it is refused, or what is missing is nobody's.
        for length in (0..bytes.len()).step_by(7) {
            if let Ok(cut) = Directory::parse(&bytes[..length]) {
                prop_assert!(cut == directory);
            }
        }
    }
}

#[test]
fn a_campaign_brings_its_maps_and_its_title() {
    let item = Item {
        campaign: Some("The Bloody Moors".to_owned()),
        maps: vec!["moors_2".to_owned(), "Moors_1".to_owned()],
        files: vec!["scripts/vscripts/moors.nut".to_owned()],
        ..Item::default()
    };
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &item.file(7)).unwrap();
    let contents = Contents::read(&file, &Directory::read(&file).unwrap()).unwrap();
    assert_eq!(contents.maps, ["moors_1", "moors_2"]);
    assert_eq!(contents.missions[0].title, "The Bloody Moors");
    assert_eq!(contents.missions[0].modes["coop"][0].map, "moors_2");
}
