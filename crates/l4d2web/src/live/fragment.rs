//! Parts of a page, and which of them differ from those that a browser has.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};

/// A part of a page that is replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The event that brings it: the value of its `sse-swap`.
    pub name: Cow<'static, str>,
    /// It as it is now.
    pub html: String,
    /// What it is compared by, when that is not its HTML: a list is sent anew only when rows come, go or move, and else row by row.
    pub compared_by: Option<u64>,
    /// Whether all that follow stand in it, so that they need not be sent when it is.
    pub holds_rest: bool,
}

impl Fragment {
    /// A part that is sent when its HTML is another.
    pub fn new(name: impl Into<Cow<'static, str>>, html: String) -> Self {
        Self { name: name.into(), html, compared_by: None, holds_rest: false }
    }

    /// A list of the parts that follow; `order` names them in the order in which they stand.
    pub fn list(name: &'static str, html: String, order: &impl std::hash::Hash) -> Self {
        Self { name: name.into(), html, compared_by: Some(digest(order)), holds_rest: true }
    }

    /// A part of whose HTML the digest is known: see [`html_digest`].
    pub fn known(name: impl Into<Cow<'static, str>>, html: String, digest: u64) -> Self {
        Self { name: name.into(), html, compared_by: Some(digest), holds_rest: false }
    }

    fn digest(&self) -> u64 {
        self.compared_by.unwrap_or_else(|| html_digest(&self.html))
    }
}

/// What a part is compared by: its HTML without the words of times.
#[must_use]
pub fn html_digest(html: &str) -> u64 {
    digest(&without_times(html))
}

fn digest(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The pieces of HTML between the words of its `<time>` elements: those go on by themselves in the browser, and make no difference.
fn without_times(html: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), html);
    while let Some(begin) = rest.find("<time ") {
        let words = rest[begin..].find('>').map_or(rest.len(), |at| begin + at);
        pieces.push(&rest[..words]);
        rest = &rest[rest[words..].find("</time>").map_or(rest.len(), |at| words + at)..];
    }
    pieces.push(rest);
    pieces
}

/// A digest of all parts: a page says by it what it has, so that nothing is sent to one that is up to date.
#[must_use]
pub fn seen(fragments: &[Fragment]) -> u64 {
    digest(&fragments.iter().map(|fragment| (&*fragment.name, fragment.digest())).collect::<Vec<_>>())
}

/// What a browser has.
#[derive(Debug, Default)]
pub(super) struct Sent(HashMap<Cow<'static, str>, u64>);

impl Sent {
    /// Takes note that the browser has these.
    pub(super) fn note(&mut self, fragments: &[Fragment]) {
        self.0 = fragments.iter().map(|fragment| (fragment.name.clone(), fragment.digest())).collect();
    }

    /// The events that bring what differs; none when nothing does. `id` stands in the last of them.
    pub(super) fn differing(&mut self, fragments: &[Fragment], id: Option<u64>) -> Option<String> {
        let (mut events, mut held) = (Vec::new(), false);
        for fragment in fragments {
            if !held && self.0.get(&fragment.name) != Some(&fragment.digest()) {
                events.push(event(&fragment.name, &fragment.html));
                held |= fragment.holds_rest;
            }
        }
        self.note(fragments);
        if let (Some(last), Some(id)) = (events.last_mut(), id) {
            last.insert_str(0, &format!("id: {id:016x}\n"));
        }
        (!events.is_empty()).then(|| events.concat())
    }
}

/// An event with its data, line by line.
#[must_use]
pub fn event(name: &str, html: &str) -> String {
    let mut event = String::with_capacity(html.len() + 64);
    let _ = writeln!(event, "event: {name}");
    // An event without data would not be told.
    let html = if html.is_empty() { "<!-- empty -->" } else { html };
    for line in html.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        let _ = writeln!(event, "data: {line}");
    }
    event.push('\n');
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(order: &[u32], words: &[&str]) -> Vec<Fragment> {
        let rows = order.iter().zip(words).map(|(id, word)| Fragment::new(format!("row-{id}"), (*word).to_owned()));
        let list = Fragment::list("list", words.concat(), &order);
        [Fragment::new("counts", order.len().to_string()), list].into_iter().chain(rows).collect()
    }

    #[test]
    fn only_what_differs_is_sent() {
        let mut sent = Sent::default();
        sent.note(&page(&[1, 2], &["a", "b"]));
        assert_eq!(sent.differing(&page(&[1, 2], &["a", "b"]), None), None);
        let events = sent.differing(&page(&[1, 2], &["a", "c"]), Some(7)).unwrap();
        assert_eq!(events, "id: 0000000000000007\nevent: row-2\ndata: c\n\n");
    }

    #[test]
    fn a_row_that_comes_goes_or_moves_brings_the_list() {
        for order in [[2, 1].as_slice(), &[1], &[1, 2, 3]] {
            let mut sent = Sent::default();
            sent.note(&page(&[1, 2], &["a", "b"]));
            let events = sent.differing(&page(order, &["a", "b", "c"][..order.len()]), None).unwrap();
            assert!(events.contains("event: list\n") && !events.contains("event: row-"), "{events}");
            assert_eq!(sent.differing(&page(order, &["a", "b", "c"][..order.len()]), None), None);
        }
    }

    #[test]
    fn what_a_page_has_is_known_by_a_digest() {
        assert_eq!(seen(&page(&[1], &["a"])), seen(&page(&[1], &["a"])));
        assert_ne!(seen(&page(&[1], &["a"])), seen(&page(&[1], &["b"])));
    }

    #[test]
    fn a_duration_that_goes_on_makes_no_difference() {
        let page = |since: &str, words: &str, rest: &str| {
            seen(&[Fragment::new("a", format!("for <time datetime=\"{since}\" data-since>{words}</time>{rest}"))])
        };
        assert_eq!(page("18:42", "3 min", "."), page("18:42", "4 min", "."));
        assert_ne!(page("18:42", "3 min", "."), page("18:43", "3 min", "."));
        assert_ne!(page("18:42", "3 min", "."), page("18:42", "3 min", "!"));
    }

    #[test]
    fn no_line_of_html_becomes_a_field_of_the_event() {
        assert_eq!(event("a", "x\nid: 1\r\rdata: y"), "event: a\ndata: x\ndata: id: 1\ndata: data: y\n\n");
        assert_eq!(event("a", ""), "event: a\ndata: <!-- empty -->\n\n");
    }
}
