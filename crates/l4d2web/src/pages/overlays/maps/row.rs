//! A map as it is shown.

use std::collections::HashMap;

use crate::db::collections::{self, CollectionMap};
use crate::id::OverlayId;
use crate::maps::MapOutcome;
use crate::pages::PageResult;
use crate::pages::kit::{StatePill, count, size};
use crate::state::AppState;
use crate::workshop::Way;

/// How many maps of a file are named.
const MAPS: usize = 4;

/// A map with all that its row says.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) map: CollectionMap,
    /// Its files, by the names that they have in the game.
    pub(super) files: Vec<String>,
    /// Their size.
    bytes: u64,
    /// What its campaigns are called.
    pub(super) campaigns: Vec<String>,
    /// The maps in it, in part.
    pub(super) maps: Vec<String>,
    pub(super) more_maps: usize,
    /// Another map brings a file of the same name, which the game takes.
    pub(super) clash: Option<String>,
    way: Option<Way>,
}

impl Row {
    /// The maps of a collection, by name.
    pub(super) async fn all(state: &AppState, overlay: OverlayId) -> PageResult<Vec<Self>> {
        let maps = collections::maps(&state.db, overlay).await?;
        let mut taken: HashMap<String, String> = HashMap::new();
        Ok(maps.into_iter().map(|map| Self::of(map, state, &mut taken)).collect())
    }

    fn of(map: CollectionMap, state: &AppState, taken: &mut HashMap<String, String>) -> Self {
        let cached = map.cached();
        let mut clash = None;
        for file in &cached {
            let other = taken.entry(file.name.to_lowercase()).or_insert_with(|| map.name.clone());
            if *other != map.name {
                clash = Some(format!("“{other}” brings “{}”, too: the game takes that one.", file.name));
            }
        }
        let mut maps: Vec<String> = cached.iter().flat_map(|file| file.contents.maps.iter().cloned()).collect();
        let more_maps = maps.len().saturating_sub(MAPS);
        maps.truncate(MAPS);
        let missions = cached.iter().flat_map(|file| &file.contents.missions);
        Self {
            files: cached.iter().map(|file| file.name.clone()).filter(|name| *name != map.name).take(MAPS).collect(),
            bytes: cached.iter().map(|file| file.bytes).sum(),
            campaigns: missions.map(|mission| mission.title.clone()).take(MAPS).collect(),
            way: state.maps.way(map.id),
            maps,
            more_maps,
            clash,
            map,
        }
    }

    pub(super) fn size(&self) -> String {
        let told = self.map.bytes.and_then(|bytes| u64::try_from(bytes).ok());
        Some(self.bytes).filter(|bytes| *bytes > 0).or(told).map_or_else(|| "unknown".to_owned(), size)
    }

    pub(super) fn has_files(&self) -> bool {
        self.map.files.is_some()
    }

    pub(super) fn pill(&self) -> StatePill {
        match self.map.outcome {
            _ if self.way.is_some() => StatePill::moving("Fetching"),
            MapOutcome::New => StatePill::queued("Waiting"),
            MapOutcome::Ready if self.clash.is_some() => StatePill::drift("Clash"),
            MapOutcome::Ready => StatePill::done("Ready"),
            MapOutcome::Failed => StatePill::failed("Failed"),
        }
    }

    /// `301 MB so far`
    pub(super) fn progress(&self) -> Option<String> {
        self.way.map(|way| format!("{} so far", size(way.done)))
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.map.reason.as_deref().filter(|_| self.map.outcome == MapOutcome::Failed && self.way.is_none())
    }

    /// When the copy was fetched that is used although there is another.
    pub(super) fn older(&self) -> Option<i64> {
        self.map.changed_at.filter(|_| self.map.outcome == MapOutcome::Failed)
    }

    /// Whether it needs somebody.
    pub(super) fn is_trouble(&self) -> bool {
        self.clash.is_some() || self.map.outcome == MapOutcome::Failed
    }
}

/// `212 maps, 46 GB`
pub(super) fn amount(rows: &[Row]) -> String {
    let bytes = rows.iter().map(|row| row.bytes).sum();
    format!("{}, {}", count(rows.len(), "map", "maps"), size(bytes))
}
