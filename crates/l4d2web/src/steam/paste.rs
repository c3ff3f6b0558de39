//! What people paste: numbers and links, one a line or many.

use std::collections::HashSet;
use std::fmt;

use url::Url;

use super::ItemId;

/// An item or a collection that somebody has named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pasted {
    /// In which line, from 1.
    pub line: usize,
    /// Its number.
    pub id: ItemId,
}

/// What somebody pasted is not understood. Its text is a sentence for whoever did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasteError {
    /// There is nothing in it.
    Nothing,
    /// Something in it names no item.
    Bad {
        /// In which line, from 1.
        line: usize,
        /// What stands there, cut.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There are too many.
    TooMany {
        /// How many are taken.
        most: usize,
    },
}

impl fmt::Display for PasteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => {
                write!(f, "There is nothing here. Paste numbers or links of items or collections, one a line.")
            }
            Self::Bad { line, text, why } => write!(f, "Line {line}: “{text}” {why}"),
            Self::TooMany { most } => write!(f, "These are more than {most}. An overlay takes {most} items at most."),
        }
    }
}

impl std::error::Error for PasteError {}

const NO_NUMBER: &str =
    "is neither a number nor a link. Take the number of an item, or the address of its page at steamcommunity.com.";
const BAD_NUMBER: &str = "is not the number of an item: those have up to 19 digits and are not 0.";
const OTHER_PAGE: &str =
    "does not lead to an item. Take the address of its page: https://steamcommunity.com/sharedfiles/filedetails/?id=…";

/// Reads numbers and links, between which there are line breaks, spaces or commas; each once, in their order.
///
/// # Errors
///
/// A [`PasteError`] for the first that names no item, when there are more than `most`, and when there are none.
pub fn parse_paste(text: &str, most: usize) -> Result<Vec<Pasted>, PasteError> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for (place, line) in text.lines().enumerate() {
        for word in line.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '\u{feff}')) {
            if word.is_empty() {
                continue;
            }
            let id = parse_word(word).map_err(|why| PasteError::Bad { line: place + 1, text: cut(word), why })?;
            if !seen.insert(id) {
                continue;
            }
            if found.len() == most {
                return Err(PasteError::TooMany { most });
            }
            found.push(Pasted { line: place + 1, id });
        }
    }
    if found.is_empty() { Err(PasteError::Nothing) } else { Ok(found) }
}

fn parse_word(word: &str) -> Result<ItemId, &'static str> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().map_err(|_| BAD_NUMBER);
    }
    if let Some(rest) = word.strip_prefix("steam://url/CommunityFilePage/") {
        return rest.trim_end_matches('/').parse().map_err(|_| OTHER_PAGE);
    }
    let web = ["https://", "http://"]
        .iter()
        .any(|scheme| word.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let bare = ["steamcommunity.com/", "www.steamcommunity.com/"].iter().any(|host| word.starts_with(host));
    let url = match (web, bare) {
        (true, _) => Url::parse(word),
        (false, true) => Url::parse(&format!("https://{word}")),
        _ => return Err(NO_NUMBER),
    };
    let url = url.map_err(|_| NO_NUMBER)?;
    let ours = matches!(url.host_str(), Some("steamcommunity.com" | "www.steamcommunity.com"));
    let page = matches!(url.path().trim_end_matches('/'), "/sharedfiles/filedetails" | "/workshop/filedetails");
    let id = url.query_pairs().find(|(name, _)| name == "id").map(|(_, id)| id.parse());
    match id {
        Some(Ok(id)) if ours && page => Ok(id),
        _ => Err(OTHER_PAGE),
    }
}

fn cut(word: &str) -> String {
    const MOST: usize = 80;
    let short: String = word.chars().take(MOST).flat_map(char::escape_debug).collect();
    if word.chars().count() > MOST { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn numbers(text: &str) -> Result<Vec<i64>, String> {
        parse_paste(text, 1000)
            .map(|found| found.into_iter().map(|pasted| pasted.id.get()).collect())
            .map_err(|error| error.to_string())
    }

    #[rstest]
    #[case("118553765", &[118_553_765])]
    #[case(" 7\r\n8,9 ; 7\n\n10", &[7, 8, 9, 10])]
    #[case("https://steamcommunity.com/sharedfiles/filedetails/?id=7", &[7])]
    #[case("https://steamcommunity.com/workshop/filedetails/?id=7&searchtext=a", &[7])]
    #[case("http://www.steamcommunity.com/sharedfiles/filedetails?searchtext=&id=7#x", &[7])]
    #[case("steamcommunity.com/sharedfiles/filedetails/?id=7", &[7])]
    #[case("HTTPS://SteamCommunity.com/sharedfiles/filedetails/?id=7", &[7])]
    #[case("steam://url/CommunityFilePage/7", &[7])]
    #[case("9223372036854775807", &[i64::MAX])]
    fn what_people_paste_is_read(#[case] text: &str, #[case] expected: &[i64]) {
        assert_eq!(numbers(text).unwrap(), expected);
    }

    #[rstest]
    #[case("", "There is nothing here.")]
    #[case(" \n,", "There is nothing here.")]
    #[case("7\nBonk Helmet", "Line 2: “Bonk” is neither a number nor a link.")]
    #[case("0", "Line 1: “0” is not the number of an item")]
    #[case("9223372036854775808", "Line 1: “9223372036854775808” is not the number")]
    #[case("-7", "Line 1: “-7” is neither")]
    #[case("https://steamcommunity.com/profiles/7", "does not lead to an item")]
    #[case("https://steamcommunity.com/sharedfiles/filedetails/?id=x", "does not lead to an item")]
    #[case("https://steamcommunity.com.evil.example/sharedfiles/filedetails/?id=7", "does not lead to an item")]
    #[case("https://example.org/sharedfiles/filedetails/?id=7", "does not lead to an item")]
    #[case("file:///etc/passwd", "is neither a number nor a link")]
    fn what_names_no_item_is_named(#[case] text: &str, #[case] expected: &str) {
        let error = numbers(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn too_many_are_refused() {
        let many = |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(parse_paste(&many(5), 5).unwrap().len(), 5);
        assert_eq!(parse_paste(&many(6), 5), Err(PasteError::TooMany { most: 5 }));
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = parse_paste(&text, 10);
        }

        #[test]
        fn what_was_written_is_read(ids in proptest::collection::vec(1i64.., 1..20)) {
            let text = ids.iter().map(|id| ItemId::new(*id).unwrap().page()).collect::<Vec<_>>().join(" ");
            let found = parse_paste(&text, 1000).unwrap();
            prop_assert!(ids.iter().all(|id| found.iter().any(|pasted| pasted.id.get() == *id && pasted.line == 1)));
        }
    }
}
