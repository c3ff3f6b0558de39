//! What Steam is asked, and what is made of its answers.

use l4d2web::steam::{SteamError, Word};
use tokio_util::sync::CancellationToken;

use crate::steam::{Child, Item, StandInSteam, id};

fn items(range: std::ops::Range<i64>) -> Vec<Child> {
    range.map(|id| Child { id, collection: false }).collect()
}

fn numbers(ids: &[l4d2web::steam::ItemId]) -> Vec<i64> {
    ids.iter().map(|id| id.get()).collect()
}

#[tokio::test]
async fn items_have_their_words() {
    let steam = StandInSteam::with([
        (1, Item { title: "Good".to_owned(), ..Item::default() }),
        (2, Item { banned: true, ..Item::default() }),
        (3, Item { app: 440, title: "Bonk Helmet".to_owned(), ..Item::default() }),
    ])
    .await;
    steam.item(1, |item| item.orders.numbers_as_text = true);
    let found = steam.steam().details(&[id(1), id(2), id(3), id(4)], &CancellationToken::new()).await.unwrap();
    let words: Vec<&Word> = found.iter().map(|(_, word)| word).collect();
    let [Word::Item(good), Word::Banned { .. }, Word::OtherApp { title, app: 440 }, Word::Missing] = words.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!((good.title.as_str(), title.as_str()), ("Good", "Bonk Helmet"));
    assert!(good.bytes.unwrap() > 0);
}

#[tokio::test]
async fn collections_of_collections_become_items_in_their_order() {
    let steam = StandInSteam::with([]).await;
    steam.change(|catalog| {
        let child = |id| Child { id, collection: true };
        catalog.collections.insert(100, [items(1..3), vec![child(101)], items(5..6)].concat());
        catalog.collections.insert(101, [vec![child(100), child(102)], items(2..5)].concat()); // leads back
        catalog.collections.insert(102, vec![child(102), child(103)]); // holds itself, and one that is gone
    });
    let found = steam.steam().expand(&[id(9), id(100), id(1)], 1000, &CancellationToken::new()).await.unwrap();
    assert_eq!(numbers(&found.items), [9, 1, 2, 3, 4, 5]);
    assert_eq!(found.collections, 3);
    assert_eq!(
        steam.requests("collections"),
        ["collections 9,100,1", "collections 101", "collections 102", "collections 103"]
    );
}

#[tokio::test]
async fn a_large_collection_is_taken_and_a_larger_one_is_not() {
    let steam = StandInSteam::with([]).await;
    steam.change(|catalog| {
        catalog.collections.insert(100, items(1000..1300));
        catalog.collections.insert(101, items(1000..2001));
    });
    let found = steam.steam().expand(&[id(100)], 1000, &CancellationToken::new()).await.unwrap();
    assert_eq!(found.items.len(), 300);
    let error = steam.steam().expand(&[id(101)], 1000, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, SteamError::TooMany { most: 1000 }), "{error}");
}

#[tokio::test]
async fn an_endless_row_of_collections_has_an_end() {
    let steam = StandInSteam::with([]).await;
    steam.change(|catalog| {
        for id in 100..200 {
            catalog.collections.insert(id, vec![Child { id: id + 1, collection: true }]);
        }
    });
    let error = steam.steam().expand(&[id(100)], 1000, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, SteamError::TooDeep { .. }), "{error}");
    assert_eq!(steam.requests("collections").len(), 8);
}

#[tokio::test]
async fn three_hundred_numbers_are_three_calls() {
    let steam = StandInSteam::with([]).await;
    let many: Vec<_> = (1..=300).map(id).collect();
    steam.steam().expand(&many, 1000, &CancellationToken::new()).await.unwrap();
    assert_eq!(steam.requests("collections").len(), 3);
}

#[tokio::test]
async fn a_steam_that_is_down_or_talks_nonsense_is_said() {
    let steam = StandInSteam::with([]).await;
    steam.change(|catalog| catalog.api_status = Some(500));
    let ask = async || steam.steam().details(&[id(1)], &CancellationToken::new()).await.unwrap_err().to_string();
    assert_eq!(ask().await, "Steam gave no answer: 127.0.0.1 answered 500");
    assert_eq!(steam.requests("details").len(), 3);
    steam.change(|catalog| (catalog.api_status, catalog.api_garbage) = (None, true));
    assert!(ask().await.starts_with("Steam gave an answer that cannot be read"));
}
