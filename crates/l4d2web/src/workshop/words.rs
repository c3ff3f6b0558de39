//! Why something went wrong with an item, in the words of its page.

use super::CacheError;
use crate::fetch::FetchError;
use crate::pages::kit::size;
use crate::steam::ItemId;

/// An item as lines of a log name it.
pub(super) fn label(id: ItemId, title: &str) -> String {
    if title.is_empty() { id.to_string() } else { format!("{id} “{title}”") }
}

/// Why something was not fetched.
pub(crate) fn fetch_reason(error: &FetchError) -> String {
    match error {
        FetchError::Short { host, got, expected } => format!("{host} sent {} of {}.", size(*got), size(*expected)),
        FetchError::Size { host, found, expected } => {
            let (found, expected) = (plainly(*found, *expected), plainly(*expected, *found));
            format!("Steam speaks of {expected}, and {host} has {found}.")
        }
        FetchError::TooLarge { most, .. } => format!("It is larger than the {} that are taken.", size(*most)),
        error if error.is_full() => "The disk is full. Make room, then build again.".to_owned(),
        error => sentence(&error.to_string()),
    }
}

/// Why something that was fetched is not used.
pub(super) fn cache_reason(error: &CacheError) -> String {
    match error {
        CacheError::Vpk(error) => format!("What was fetched cannot be used: {error}."),
        error @ CacheError::Disk { .. } => sentence(&error.to_string()),
    }
}

/// A clause as a sentence. One that begins with the name of a host keeps that as it is.
pub(crate) fn sentence(clause: &str) -> String {
    let clause = clause.trim_end_matches('.');
    let word = clause.split(' ').next().unwrap_or_default();
    if word.contains('.') {
        return format!("The host {clause}.");
    }
    let mut letters = clause.chars();
    let whole: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{whole}.")
}

/// A size that differs from another one to the eye.
fn plainly(bytes: u64, other: u64) -> String {
    if size(bytes) == size(other) { format!("{bytes} bytes") } else { size(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_sentences() {
        let host = || "cdn.example".to_owned();
        let short = FetchError::Short { host: host(), got: 301_000_000, expected: 388_000_000 };
        assert_eq!(fetch_reason(&short), "cdn.example sent 301 MB of 388 MB.");
        let near = FetchError::Size { host: host(), found: 1001, expected: 1002 };
        assert_eq!(fetch_reason(&near), "Steam speaks of 1002 bytes, and cdn.example has 1001 bytes.");
        let status = FetchError::Status { host: host(), status: 500 };
        assert_eq!(fetch_reason(&status), "The host cdn.example answered 500.");
    }
}
