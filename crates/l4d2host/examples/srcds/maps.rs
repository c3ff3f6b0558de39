//! Which maps there are: the official ones, loose files in `maps`, and those in `addons/*.vpk`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::console;
use crate::official::{CAMPAIGNS, Campaign};
use crate::vpk;

/// The names of all maps, without `.bsp`.
pub(crate) struct Maps(BTreeSet<String>);

impl Maps {
    /// Looks for them, and says on the console which add-ons there are.
    pub(crate) fn scan(game: &Path) -> Self {
        let mut maps: BTreeSet<String> =
            CAMPAIGNS.iter().flat_map(|campaign| campaign.maps).map(|map| (*map).to_owned()).collect();
        maps.extend(names(&game.join("maps"), ".bsp"));
        for name in names(&game.join("addons"), ".vpk") {
            let shown = format!("addons/{name}.vpk");
            match vpk::paths(&game.join(&shown)) {
                Ok(paths) => {
                    let found: Vec<&str> = paths.iter().filter_map(|path| map_of(path)).collect();
                    console::line(&format!("Add-on {shown}: {} files, maps: {}", paths.len(), list(&found)));
                    maps.extend(found.into_iter().map(str::to_owned));
                }
                Err(error) => console::line(&format!("Add-on {shown} is not loaded: {error}")),
            }
        }
        Self(maps)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(&name.to_lowercase())
    }

    /// Those whose name contains this; all for `*`.
    pub(crate) fn like(&self, pattern: &str) -> Vec<&str> {
        self.0.iter().map(String::as_str).filter(|name| pattern == "*" || name.contains(pattern)).collect()
    }
}

/// The official campaign that a map belongs to.
pub(crate) fn campaign(map: &str) -> Option<&'static Campaign> {
    CAMPAIGNS.iter().find(|campaign| campaign.maps.contains(&map))
}

fn map_of(path: &str) -> Option<&str> {
    path.strip_prefix("maps/")?.strip_suffix(".bsp")
}

fn list(maps: &[&str]) -> String {
    if maps.is_empty() { "none".to_owned() } else { maps.join(" ") }
}

/// Names of the files with this ending, sorted.
fn names(directory: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(ending)?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
