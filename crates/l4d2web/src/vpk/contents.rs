//! What a VPK brings to the game, as it is kept and shown.

use std::fs::File;

use serde::{Deserialize, Serialize};

use super::{Directory, Mission, VpkError};

/// The longest mission file that is read, the most of them, and the most maps that are kept.
const MISSION_MAX: usize = 256 * 1024;
const MISSIONS_MAX: usize = 32;
const MAPS_MAX: usize = 500;
/// The longest that is kept of a file, in bytes of JSON.
const KEPT_MAX: usize = 64 * 1024;

/// The maps and campaigns of a VPK.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The maps, in small letters, by name.
    pub maps: Vec<String>,
    /// The campaigns.
    pub missions: Vec<Mission>,
}

impl Contents {
    /// Reads what a VPK with that directory brings. A mission file that makes no sense is left out, as the game does.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(file: &File, directory: &Directory) -> Result<Self, VpkError> {
        let mut maps: Vec<String> = directory.entries().iter().filter_map(super::Entry::map).take(MAPS_MAX).collect();
        maps.sort_unstable();
        maps.dedup();
        let mut missions = Vec::new();
        for entry in directory.entries().iter().filter(|entry| entry.is_mission()).take(MISSIONS_MAX) {
            let bytes = directory.bytes(file, entry, MISSION_MAX)?;
            missions.extend(bytes.and_then(|bytes| Mission::read(&bytes)));
        }
        let mut contents = Self { maps, missions };
        // It is kept as JSON and read with every list: what would make that long is left out, the campaigns first.
        while serde_json::to_vec(&contents).map_or(0, |json| json.len()) > KEPT_MAX {
            if contents.missions.pop().is_none() {
                contents.maps.truncate(contents.maps.len() / 2);
            }
        }
        Ok(contents)
    }
}
