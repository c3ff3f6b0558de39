//! A page of a folder of the source, as the tree shows it.

use askama::Template;

use crate::files::store::{Entry as Found, EntryKind, Listing};
use crate::files::{FilePath, is_editable};
use crate::pages::kit::size;

/// How many entries are shown at a time.
pub(super) const PAGE: usize = 250;

/// Entries of a folder, and the link to those that follow.
#[derive(Debug, Template)]
#[template(path = "overlays/files/branch.html")]
pub(super) struct Branch {
    entries: Vec<Entry>,
    more: Option<(String, usize)>,
    first_page: bool,
}

#[derive(Debug)]
struct Entry {
    shown: String,
    /// As forms have it; empty for what can only be looked at.
    path: String,
    /// Where it opens; empty for what does not.
    href: String,
    /// Where it is moved and deleted; empty likewise.
    manage: String,
    folder: bool,
    note: String,
}

impl Branch {
    /// What a listing of `path` shows; `page` is the page of the overlay.
    pub(super) fn of(page: &str, path: &FilePath, listing: &Listing) -> Self {
        let entries: Vec<_> = listing.entries.iter().map(|found| Entry::of(page, path, found)).collect();
        let shown = listing.offset + entries.len();
        let more = (shown < listing.total && !entries.is_empty())
            .then(|| (format!("{page}/source?path={}&offset={shown}", path.encoded()), listing.total - shown));
        Self { entries, more, first_page: listing.offset == 0 }
    }
}

impl Entry {
    fn of(page: &str, folder: &FilePath, found: &Found) -> Self {
        let note = match found.kind {
            EntryKind::Folder => String::new(),
            EntryKind::File(bytes) => size(bytes),
            EntryKind::Link => "a link".to_owned(),
            EntryKind::Other => "no file".to_owned(),
        };
        let is_folder = found.kind == EntryKind::Folder;
        let path = found.name.as_ref().and_then(|name| Some((name, folder.child(name).ok()?)));
        let Some((name, path)) = path else {
            let (path, href, manage) = (String::new(), String::new(), String::new());
            return Self { shown: found.shown.clone(), path, href, manage, folder: is_folder, note };
        };
        let encoded = path.encoded();
        let manage = format!("{page}/source/entry?path={encoded}");
        let href = match found.kind {
            EntryKind::Folder => format!("{page}/source?path={encoded}"),
            EntryKind::File(bytes) if is_editable(name, bytes) => format!("{page}/edit?path={encoded}"),
            _ => manage.clone(),
        };
        Self { shown: found.shown.clone(), path: path.to_string(), href, manage, folder: is_folder, note }
    }
}
