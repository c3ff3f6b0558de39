use std::collections::HashSet;

use crate::db::workshop_items::WorkshopItem;
use crate::host::shape::{FileEntry, Kind as FileKind};
use crate::steam::ItemId;
use crate::vpk::Contents;

/// The layers that hold what is not for players: the game, which they have, and what the server has written.
const NOT_OURS: [&str; 2] = ["installation", "upper"];

/// What players need to join a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// What they subscribe to.
    pub items: Vec<Item>,
    /// What they can have from here.
    pub files: Vec<Vpk>,
}

/// An item of the Workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its maps, in small letters.
    pub maps: Vec<String>,
}

/// A file in `left4dead2/addons`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpk {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it last changed, Unix seconds.
    pub mtime: i64,
}

impl Vpk {
    /// By what a browser knows whether it has pieces of the same file.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("\"{:x}-{:x}\"", self.size, self.mtime)
    }
}

/// The number of the item that an entry is, in an overlay of items.
pub(super) fn item_of(entry: &FileEntry, workshop: &HashSet<String>) -> Option<ItemId> {
    workshop.contains(&entry.layer).then(|| entry.name.strip_suffix(".vpk")?.parse().ok())?
}

impl Offer {
    /// From what a server has in `left4dead2/addons`. `workshop`: the references of overlays of items; `items`: what is known of those.
    #[must_use]
    pub fn of(entries: &[FileEntry], workshop: &HashSet<String>, items: &[WorkshopItem]) -> Self {
        let mut offer = Self::default();
        for entry in entries.iter().filter(|entry| is_vpk(entry)) {
            let item = item_of(entry, workshop).and_then(|id| items.iter().find(|item| item.id == id));
            let size = entry.size.unwrap_or_default();
            let Some(item) = item else {
                offer.files.push(Vpk { name: entry.name.clone(), size, mtime: entry.mtime });
                continue;
            };
            let contents: Option<Contents> = item.contents.as_deref().and_then(|text| serde_json::from_str(text).ok());
            let maps = contents.map(|contents| contents.maps);
            // Items without maps change what the server does, and nobody needs them to join.
            if maps.as_ref().is_none_or(|maps| !maps.is_empty()) {
                let title = if item.title.is_empty() { format!("Item {}", item.id) } else { item.title.clone() };
                offer.items.push(Item { id: item.id, title, size, maps: maps.unwrap_or_default() });
            }
        }
        offer.items.sort_by_cached_key(|item| item.title.to_lowercase());
        offer.files.sort_by_cached_key(|file| file.name.to_lowercase());
        offer
    }

    /// How much it is in all, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        let (items, files) = (self.items.iter().map(|item| item.size), self.files.iter().map(|file| file.size));
        items.chain(files).fold(0, u64::saturating_add)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.items.len() + self.files.len()
    }
}

fn is_vpk(entry: &FileEntry) -> bool {
    let named = entry.name.to_ascii_lowercase().ends_with(".vpk");
    // A name that is no text cannot be asked for.
    entry.kind == FileKind::File && named && entry.name_hex.is_none() && !NOT_OURS.contains(&entry.layer.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::Outcome;

    fn entry(name: &str, layer: &str) -> FileEntry {
        FileEntry {
            name: name.to_owned(),
            name_hex: None,
            kind: FileKind::File,
            layer: layer.to_owned(),
            size: Some(10),
            mtime: 7,
            mode: "0444".to_owned(),
            target: None,
        }
    }

    fn item(id: i64, title: &str, maps: &[&str]) -> WorkshopItem {
        let contents = Contents { maps: maps.iter().map(|map| (*map).to_owned()).collect(), missions: Vec::new() };
        WorkshopItem {
            id: ItemId::new(id).unwrap(),
            title: title.to_owned(),
            file_url: None,
            preview_url: None,
            bytes: None,
            time_updated: None,
            checked_at: None,
            outcome: Outcome::Ready,
            reason: None,
            cached_bytes: None,
            cached_at: None,
            contents: Some(serde_json::to_string(&contents).unwrap()),
        }
    }

    #[test]
    fn items_are_subscribed_to_and_the_rest_is_had_from_here() {
        let workshop = HashSet::from(["5".to_owned()]);
        let mut folder = entry("folder.vpk", "6");
        folder.kind = FileKind::Directory;
        let mut odd = entry("a\u{fffd}.vpk", "6");
        odd.name_hex = Some("61ff2e76706b".to_owned());
        let entries = [
            entry("71.vpk", "5"),
            entry("70.vpk", "5"),
            entry("72.vpk", "5"),
            entry("70.vpk", "6"),
            entry("Zoo.VPK", "6"),
            entry("readme.txt", "6"),
            entry("game.vpk", "installation"),
            entry("planted.vpk", "upper"),
            folder,
            odd,
        ];
        let items = [item(70, "Warcelona", &["warcelona1"]), item(71, "Better bots", &[]), item(72, "", &["x"])];
        let offer = Offer::of(&entries, &workshop, &items);
        let titles: Vec<_> = offer.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["Item 72", "Warcelona"]);
        let names: Vec<_> = offer.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["70.vpk", "Zoo.VPK"], "a number in another overlay is a name");
        assert_eq!((offer.count(), offer.size()), (4, 40));
        assert_eq!(offer.files[0].tag(), "\"a-7\"");
    }
}
