//! What Steam says of items.

use std::collections::HashMap;

use serde::Deserialize;

use super::number::Number;
use super::{ItemId, L4D2};

/// The most characters of a title that are kept.
const TITLE_MAX: usize = 150;
/// The most characters of an address that are kept.
const URL_MAX: usize = 2000;
/// What Steam says of an item that is there, and of one that is not.
const OK: i64 = 1;
const MISSING: i64 = 9;

/// An item that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called.
    pub title: String,
    /// Where its file is.
    pub file_url: String,
    /// How long the file is; none when Steam does not say.
    pub bytes: Option<u64>,
    /// When it was last changed, in Unix seconds.
    pub time_updated: i64,
    /// Where its picture is.
    pub preview_url: Option<String>,
}

/// What Steam says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It can be fetched.
    Item(Item),
    /// There is no such item, or not any more.
    Missing,
    /// Steam has taken it away.
    Banned {
        /// What it was called.
        title: String,
    },
    /// It is for another game.
    OtherApp {
        /// What it is called.
        title: String,
        /// The number of the game.
        app: u64,
    },
    /// It is there, but without a file that can be fetched: a collection, or an item that not everybody may see.
    NoFile {
        /// What it is called.
        title: String,
    },
    /// Something else; Steam's number for it.
    Refused {
        /// Its number (`EResult`).
        result: i64,
    },
}

#[derive(Debug, Deserialize)]
struct Document {
    response: Response,
}

#[derive(Debug, Deserialize)]
struct Response {
    publishedfiledetails: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Entry {
    publishedfileid: Number,
    result: Number,
    consumer_app_id: Number,
    banned: Number,
    title: Option<String>,
    file_url: Option<String>,
    file_size: Number,
    time_updated: Number,
    preview_url: Option<String>,
}

impl Default for Entry {
    fn default() -> Self {
        let none = Number(None);
        Self {
            publishedfileid: none,
            result: none,
            consumer_app_id: none,
            banned: none,
            title: None,
            file_url: None,
            file_size: none,
            time_updated: none,
            preview_url: None,
        }
    }
}

/// Reads an answer about `asked`, in that order. What it does not speak of is missing; an answer that speaks of nothing is none, as Steam
/// gives when it cannot say.
pub(super) fn read(json: &[u8], asked: &[ItemId]) -> Result<Vec<(ItemId, Word)>, serde_json::Error> {
    let document: Document = serde_json::from_slice(json)?;
    let id = |entry: &Entry| entry.publishedfileid.0.and_then(ItemId::new);
    let entries = document.response.publishedfiledetails;
    if entries.is_empty() && !asked.is_empty() {
        return Err(serde::de::Error::custom("it speaks of none of the items that were asked for"));
    }
    let entries = entries.into_iter();
    let mut found: HashMap<ItemId, Word> = entries.filter_map(|entry| Some((id(&entry)?, word(entry)))).collect();
    Ok(asked.iter().map(|id| (*id, found.remove(id).unwrap_or(Word::Missing))).collect())
}

fn word(entry: Entry) -> Word {
    match entry.result.0 {
        Some(OK) => {}
        Some(MISSING) | None => return Word::Missing,
        Some(result) => return Word::Refused { result },
    }
    let title = clean(&entry.title.unwrap_or_default());
    if entry.banned.0.is_some_and(|banned| banned != 0) {
        return Word::Banned { title };
    }
    let app = entry.consumer_app_id.0.and_then(|app| u64::try_from(app).ok());
    if app != Some(L4D2) {
        return Word::OtherApp { title, app: app.unwrap_or_default() };
    }
    let url = |text: Option<String>| text.filter(|text| !text.trim().is_empty() && text.len() <= URL_MAX);
    let Some(file_url) = url(entry.file_url) else { return Word::NoFile { title } };
    Word::Item(Item {
        title,
        file_url,
        bytes: entry.file_size.0.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
        time_updated: entry.time_updated.0.unwrap_or_default(),
        preview_url: url(entry.preview_url),
    })
}

/// A title as one line that does what a title does: no control characters, and none that turn what follows around.
fn clean(title: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String =
        title.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).filter(|l| !turns(*l)).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(TITLE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn id(number: i64) -> ItemId {
        ItemId::new(number).unwrap()
    }

    fn said(entry: &serde_json::Value) -> Word {
        let json = json!({"response": {"result": 1, "resultcount": 1, "publishedfiledetails": [entry]}});
        read(json.to_string().as_bytes(), &[id(7)]).unwrap().pop().unwrap().1
    }

    #[rstest]
    #[case(json!(1200), json!(550), json!(1))]
    #[case(json!("1200"), json!("550"), json!("1"))]
    #[case(json!(1200.0), json!(550), json!(1))]
    fn numbers_come_either_way(
        #[case] size: serde_json::Value,
        #[case] app: serde_json::Value,
        #[case] result: serde_json::Value,
    ) {
        let word = said(&json!({
            "publishedfileid": "7", "result": result, "consumer_app_id": app, "banned": 0, "title": " Dead\tAir\n\u{202e}",
            "file_size": size, "file_url": "https://cdn.example/7", "preview_url": "", "time_updated": 5, "tags": [{"tag": "Coop"}]
        }));
        assert_eq!(
            word,
            Word::Item(Item {
                title: "Dead Air".to_owned(),
                file_url: "https://cdn.example/7".to_owned(),
                bytes: Some(1200),
                time_updated: 5,
                preview_url: None,
            })
        );
    }

    #[rstest]
    #[case(json!({"publishedfileid": "7", "result": 9}), Word::Missing)]
    #[case(json!({"publishedfileid": "8", "result": 1}), Word::Missing)]
    #[case(json!({"publishedfileid": 7, "result": 15}), Word::Refused { result: 15 })]
    #[case(json!({"publishedfileid": 7, "result": 1, "consumer_app_id": 550, "banned": true, "title": "X", "file_url": "https://a/"}), Word::Banned { title: "X".to_owned() })]
    #[case(json!({"publishedfileid": 7, "result": 1, "consumer_app_id": 440, "title": "Bonk Helmet", "file_url": "https://a/"}), Word::OtherApp { title: "Bonk Helmet".to_owned(), app: 440 })]
    #[case(json!({"publishedfileid": 7, "result": 1, "title": "X", "file_url": "https://a/"}), Word::OtherApp { title: "X".to_owned(), app: 0 })]
    #[case(json!({"publishedfileid": 7, "result": 1, "consumer_app_id": 550, "title": "X", "file_url": ""}), Word::NoFile { title: "X".to_owned() })]
    fn what_cannot_be_fetched_says_why(#[case] entry: serde_json::Value, #[case] expected: Word) {
        assert_eq!(said(&entry), expected);
    }

    #[rstest]
    #[case("{}")]
    #[case(r#"{"response": {}}"#)]
    #[case(r#"{"response": {"result": 1, "publishedfiledetails": []}}"#)]
    fn an_answer_that_says_nothing_takes_no_item_away(#[case] json: &str) {
        read(json.as_bytes(), &[id(7)]).unwrap_err();
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, text in "\\PC*") {
            let _ = read(&bytes, &[id(7)]);
            let _ = read(format!("{{\"response\": {{\"publishedfiledetails\": [{text}]}}}}").as_bytes(), &[id(7)]);
            prop_assert!(clean(&text).chars().count() <= TITLE_MAX);
        }
    }
}
