//! A page of a directory, as the tree shows it.

use askama::Template;

use super::path::TreePath;
use crate::host::shape::{FileEntry, Kind, Listing};
use crate::pages::kit::size;

/// How many entries are shown at a time.
pub(in crate::pages) const PAGE: usize = 500;

/// Entries of a directory, and the link to those that follow.
#[derive(Debug, Template)]
#[template(path = "tree/branch.html")]
pub(in crate::pages) struct Branch {
    entries: Vec<Entry>,
    more: Option<More>,
    first_page: bool,
}

/// A row of the tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    name: String,
    what: What,
    layer: String,
    note: String,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    /// Opens in place.
    Folder { href: String },
    /// Is downloaded.
    File { href: String },
    /// Is shown and no more.
    Other,
}

/// The link to the entries that follow.
#[derive(Debug)]
struct More {
    href: String,
    left: usize,
}

impl Branch {
    /// What a listing of `path` shows. `page` is where the tree is, as in `/servers/7/files`; `layer_name` gives the words for a layer, or
    /// nothing.
    pub(in crate::pages) fn of(
        page: &str,
        path: &TreePath,
        listing: &Listing,
        layer_name: impl Fn(&str) -> String,
    ) -> Self {
        let entries: Vec<_> = listing.entries.iter().map(|entry| Entry::of(page, path, entry, &layer_name)).collect();
        let shown = listing.offset + entries.len();
        let more = (shown < listing.total && !entries.is_empty()).then(|| More {
            href: format!("{page}?path={}&offset={shown}", path.encoded()),
            left: listing.total - shown,
        });
        Self { entries, more, first_page: listing.offset == 0 }
    }
}

impl Entry {
    fn of(page: &str, path: &TreePath, entry: &FileEntry, layer_name: impl Fn(&str) -> String) -> Self {
        let own = path.child(&entry.file_name()).encoded();
        let (what, note) = match entry.kind {
            Kind::Directory => (What::Folder { href: format!("{page}?path={own}") }, String::new()),
            Kind::File => {
                (What::File { href: format!("{page}/download?path={own}") }, entry.size.map(size).unwrap_or_default())
            }
            Kind::Symlink => (What::Other, format!("link to {}", entry.target.as_deref().unwrap_or("?"))),
            Kind::Fifo => (What::Other, "a pipe".to_owned()),
            Kind::Socket => (What::Other, "a socket".to_owned()),
            Kind::Device => (What::Other, "a device".to_owned()),
        };
        Self { name: entry.name.clone(), what, layer: layer_name(&entry.layer), note }
    }
}
