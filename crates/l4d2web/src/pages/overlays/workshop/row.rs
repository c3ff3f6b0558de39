//! An item as it is shown.

use std::collections::HashMap;

use crate::db::workshop_items::WorkshopItem;
use crate::db::{overlay_items, workshop_items};
use crate::id::OverlayId;
use crate::pages::PageResult;
use crate::pages::kit::{StatePill, count, size};
use crate::state::AppState;
use crate::steam::ItemId;
use crate::vpk::Contents;
use crate::workshop::{Clash, Outcome, Way};

/// How many maps and clashes of an item are named.
const MAPS: usize = 4;
const CLASHES: usize = 3;

/// An item with all that its row says.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) item: WorkshopItem,
    /// Its maps, in part.
    pub(super) maps: Vec<String>,
    pub(super) more_maps: usize,
    /// What its campaigns are called, when that is not its own title.
    pub(super) campaigns: Vec<String>,
    /// How far it is, while it is being fetched.
    pub(super) way: Option<Way>,
    /// What it brings that others bring too, and which of them the game takes.
    pub(super) clashes: Vec<String>,
    /// Whether the game takes files of others in the place of some of its own.
    pub(super) loses: bool,
}

impl Row {
    /// The items of an overlay, in the order in which they were added.
    pub(super) async fn all(state: &AppState, overlay: OverlayId) -> PageResult<Vec<Self>> {
        let items = workshop_items::of_overlay(&state.db, overlay).await?;
        let clashes = overlay_items::clashes(&state.db, overlay).await?;
        let titles: HashMap<ItemId, String> = items.iter().map(|item| (item.id, title(item))).collect();
        Ok(items.into_iter().map(|item| Self::of(item, state, &clashes, &titles)).collect())
    }

    fn of(item: WorkshopItem, state: &AppState, clashes: &[Clash], titles: &HashMap<ItemId, String>) -> Self {
        let own = |clash: &&Clash| clash.loser == item.id || clash.winner == item.id;
        let words = |clash: &Clash| {
            let files = count(usize::try_from(clash.files).unwrap_or_default(), "file", "files");
            let loses = clash.loser == item.id;
            let other = titles.get(if loses { &clash.winner } else { &clash.loser });
            let other = other.map_or("another item", String::as_str);
            if loses {
                format!("“{other}” brings {files} of it too ({}): the game takes those of “{other}”.", clash.example)
            } else {
                format!("It brings {files} that “{other}” brings too: the game takes these.")
            }
        };
        Self {
            maps: Vec::new(),
            more_maps: 0,
            campaigns: Vec::new(),
            way: state.workshop.way(item.id),
            clashes: clashes.iter().filter(own).take(CLASHES).map(words).collect(),
            loses: clashes.iter().any(|clash| clash.loser == item.id),
            item,
        }
    }

    /// Reads what its file brings: of those alone that are shown.
    pub(super) fn open(mut self) -> Self {
        let contents: Contents =
            self.item.contents.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        self.more_maps = contents.maps.len().saturating_sub(MAPS);
        self.maps = contents.maps.into_iter().take(MAPS).collect();
        let titles = contents.missions.into_iter().map(|mission| mission.title);
        self.campaigns = titles.filter(|title| !title.eq_ignore_ascii_case(&self.item.title)).take(CLASHES).collect();
        self
    }

    /// What it is called.
    pub(super) fn title(&self) -> String {
        title(&self.item)
    }

    /// Its size at Steam or, when that is not known, in the cache.
    pub(super) fn size(&self) -> String {
        let bytes = self.item.bytes.or(self.item.cached_bytes).and_then(|bytes| u64::try_from(bytes).ok());
        bytes.map_or_else(|| "unknown".to_owned(), size)
    }

    pub(super) fn pill(&self) -> StatePill {
        match self.item.outcome {
            _ if self.way.is_some() => StatePill::moving("Fetching"),
            Outcome::New => StatePill::queued("Waiting"),
            Outcome::Ready if self.loses => StatePill::drift("Clash"),
            Outcome::Ready => StatePill::done("Ready"),
            _ => StatePill::failed("Failed"),
        }
    }

    /// Whether it needs somebody.
    pub(super) fn is_trouble(&self) -> bool {
        self.loses || !matches!(self.item.outcome, Outcome::New | Outcome::Ready)
    }

    /// Why it is not as Steam has it.
    pub(super) fn reason(&self) -> Option<&str> {
        let failed = !matches!(self.item.outcome, Outcome::New | Outcome::Ready);
        self.item.reason.as_deref().filter(|_| failed && self.way.is_none())
    }

    /// The time of the copy that is used though Steam has another, or has none.
    pub(super) fn older(&self) -> Option<i64> {
        self.item.cached_at.filter(|_| self.item.outcome != Outcome::Ready)
    }

    /// How far it is: the share, and in figures.
    pub(super) fn progress(&self) -> Option<(u64, String)> {
        let way = self.way?;
        let of = way.of.filter(|of| *of > 0)?;
        let percent = u128::from(way.done) * 100 / u128::from(of);
        let percent = u64::try_from(percent).unwrap_or_default().min(100);
        Some((percent, format!("{} of {}", size(way.done.min(of)), size(of))))
    }

    pub(super) fn has_picture(&self) -> bool {
        self.item.preview_url.is_some()
    }
}

fn title(item: &WorkshopItem) -> String {
    if item.title.is_empty() { format!("Item {}", item.id) } else { item.title.clone() }
}
