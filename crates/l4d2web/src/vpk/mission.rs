//! The campaign that a mission file describes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::keyvalues::Block;
use super::text::text;

/// The longest names, and the most chapters, that are kept.
const NAME_MAX: usize = 100;
const CHAPTERS_MAX: usize = 200;

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mission {
    /// By what the game knows it.
    pub name: String,
    /// What players read.
    pub title: String,
    /// Its chapters by mode (`coop`, `versus` …), each in its order.
    pub modes: BTreeMap<String, Vec<Chapter>>,
}

/// A chapter of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The map, in small letters.
    pub map: String,
    /// What players read.
    pub title: String,
}

impl Mission {
    /// Reads the bytes of a mission file, in whatever encoding; none when it describes no campaign.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(&text(bytes))
    }

    /// Reads a mission file; none when it describes no campaign.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let file = Block::parse(text)?;
        let mission = file.block("mission")?;
        let name = mission.text("Name").map(name).filter(|name| !name.is_empty())?;
        // A title that begins with # stands in a file of translations, which an add-on need not have.
        let title = mission.text("DisplayTitle").filter(|title| !title.starts_with('#')).map(self::name);
        let mut modes: BTreeMap<String, Vec<Chapter>> = BTreeMap::new();
        let mut left = CHAPTERS_MAX;
        for (mode, block) in mission.block("modes")?.blocks() {
            let chapters = chapters(block, left);
            left -= chapters.len();
            if !chapters.is_empty() {
                modes.entry(self::name(mode).to_ascii_lowercase()).or_default().extend(chapters);
            }
        }
        Some(Self { title: title.filter(|title| !title.is_empty()).unwrap_or_else(|| name.clone()), name, modes })
    }
}

/// The chapters of a mode, by their numbers.
fn chapters(mode: &Block, most: usize) -> Vec<Chapter> {
    let mut found: Vec<(u32, Chapter)> = mode
        .blocks()
        .filter_map(|(number, block)| {
            let map = name(block.text("Map")?).to_ascii_lowercase();
            let title = block.text("DisplayName").filter(|title| !title.starts_with('#')).map(name);
            let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| map.clone());
            (!map.is_empty()).then_some((number.parse().ok()?, Chapter { map, title }))
        })
        .take(most)
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, chapter)| chapter).collect()
}

/// A name as one short line.
fn name(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let short: String = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAME_MAX).collect();
    short.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_campaign_is_read() {
        let mission = Mission::parse(
            r##""mission" { "Name" "Blitz" "Version" "1" "DisplayTitle" "Suicide Blitz 2"
                "modes" { "coop" { "2" { "Map" "L4D_M2" "DisplayName" "#l10n" } "1" { "Map" "l4d_m1" "DisplayName" "Bank" } }
                          "versus" { "1" { "Map" "l4d_m1" } } "survival" { } } }"##,
        )
        .unwrap();
        let chapter = |map: &str, title: &str| Chapter { map: map.to_owned(), title: title.to_owned() };
        assert_eq!((mission.name.as_str(), mission.title.as_str()), ("Blitz", "Suicide Blitz 2"));
        assert_eq!(mission.modes.keys().collect::<Vec<_>>(), ["coop", "versus"]);
        assert_eq!(mission.modes["coop"], [chapter("l4d_m1", "Bank"), chapter("l4d_m2", "l4d_m2")]);
        assert_eq!(mission.modes["versus"], [chapter("l4d_m1", "l4d_m1")]);
    }

    #[test]
    fn other_files_describe_none() {
        assert_eq!(Mission::parse(""), None);
        assert_eq!(Mission::parse("mission { DisplayTitle A }"), None);
        assert_eq!(Mission::parse("AddonInfo { Name A modes { coop { 1 { Map a } } } }"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = Mission::parse(&text);
            let _ = Mission::parse(&format!("mission {{ Name A modes {{ coop {{ {text} }} }} }}"));
        }
    }
}
