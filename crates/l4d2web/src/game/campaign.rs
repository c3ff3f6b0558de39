//! Which campaign a map belongs to.

use std::collections::BTreeMap;
use std::fmt;

use crate::vpk::{Chapter, Mission};

use super::Mode;
use super::official::OFFICIAL;

/// A campaign: one of the game, or one of an add-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// What players read.
    pub title: String,
    /// Its chapters by mode (`coop`, `versus` …), each in its order.
    pub modes: BTreeMap<String, Vec<Chapter>>,
}

impl From<&Mission> for Campaign {
    fn from(mission: &Mission) -> Self {
        Self { title: mission.title.clone(), modes: mission.modes.clone() }
    }
}

impl Campaign {
    /// The chapters that a mode is played on: its own, else those of the mode that it is a kind of, else those of co-op, else any.
    #[must_use]
    pub fn chapters(&self, mode: Option<&Mode>) -> &[Chapter] {
        let own = mode.and_then(|mode| self.modes.get(mode.value()).or_else(|| self.modes.get(mode.base())));
        own.or_else(|| self.modes.get("coop")).or_else(|| self.modes.values().next()).map_or(&[], Vec::as_slice)
    }
}

/// All campaigns that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atlas(Vec<Campaign>);

/// Where in a campaign a map is. As text: “Dark Carnival 2/5”.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The title of the campaign.
    pub campaign: String,
    /// The title of the chapter.
    pub chapter: String,
    /// Which chapter it is, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}/{}", self.campaign, self.number, self.of))
    }
}

impl Atlas {
    /// Those that come with the game.
    #[must_use]
    pub fn official() -> Self {
        let campaign = |title: &str, chapters: &[(&str, &str)]| {
            let chapters =
                chapters.iter().map(|(map, title)| Chapter { map: (*map).to_owned(), title: (*title).to_owned() });
            Campaign { title: title.to_owned(), modes: BTreeMap::from([("coop".to_owned(), chapters.collect())]) }
        };
        Self(OFFICIAL.iter().map(|official| campaign(official.title, official.chapters)).collect())
    }

    /// The same with those of add-ons after them.
    #[must_use]
    pub fn with<'a>(mut self, missions: impl IntoIterator<Item = &'a Mission>) -> Self {
        self.0.extend(missions.into_iter().map(Campaign::from));
        self
    }

    /// All, the game's own first.
    #[must_use]
    pub fn campaigns(&self) -> &[Campaign] {
        &self.0
    }

    /// Where a map is, as the mode has it where it is known; none for a map of no campaign. The game's own come first: an add-on cannot rename them.
    #[must_use]
    pub fn find(&self, map: &str, mode: Option<&Mode>) -> Option<Place> {
        self.0.iter().find_map(|campaign| {
            // A map may be played in a mode that its campaign does not have it for.
            std::iter::once(campaign.chapters(mode))
                .chain(campaign.modes.values().map(Vec::as_slice))
                .find_map(|chapters| place(campaign, chapters, map))
        })
    }
}

fn place(campaign: &Campaign, chapters: &[Chapter], map: &str) -> Option<Place> {
    let at = chapters.iter().position(|chapter| chapter.map.eq_ignore_ascii_case(map))?;
    Some(Place {
        campaign: campaign.title.clone(),
        chapter: chapters[at].title.clone(),
        number: at + 1,
        of: chapters.len(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("c2m2_fairgrounds", Some("Dark Carnival 2/5"))]
    #[case("C14M2_Lighthouse", Some("The Last Stand 2/2"))]
    #[case("c1m1_hotel", Some("Dead Center 1/4"))]
    #[case("l4d_x1", Some("Blitz 1/2"))]
    #[case("l4d_arena", Some("Blitz 1/1"))]
    #[case("c15m1", None)]
    #[case("", None)]
    fn a_map_is_told_in_words(#[case] map: &str, #[case] expected: Option<&str>) {
        let mission = Mission::parse(
            "mission { Name blitz DisplayTitle Blitz modes { coop { 1 { Map l4d_x1 } 2 { Map l4d_x2 } } survival { 1 { Map l4d_arena } } } }",
        );
        let atlas = Atlas::official().with(&mission);
        assert_eq!(atlas.find(map, None).map(|place| place.to_string()).as_deref(), expected);
    }

    #[test]
    fn chapters_go_by_mode() {
        let mission = Mission::parse(
            "mission { Name B modes { coop { 1 { Map a } 2 { Map b } 3 { Map c } } versus { 1 { Map a } 2 { Map c } } } }",
        );
        let atlas = Atlas::official().with(&mission);
        let find = |mode: &str| atlas.find("c", Mode::parse(mode).as_ref()).unwrap().to_string();
        assert_eq!(
            ["coop", "realism", "versus", "teamversus", "gunbrain"].map(find),
            ["B 3/3", "B 3/3", "B 2/2", "B 2/2", "B 3/3"]
        );
    }

    #[test]
    fn an_add_on_does_not_rename_the_games_own() {
        let mission = Mission::parse("mission { Name X modes { coop { 1 { Map c2m1_highway } } } }");
        assert_eq!(Atlas::official().with(&mission).find("c2m1_highway", None).unwrap().chapter, "The Highway");
    }

    #[test]
    fn the_official_list_is_whole() {
        let atlas = Atlas::official();
        let mut maps: Vec<&str> = atlas
            .campaigns()
            .iter()
            .flat_map(|campaign| campaign.chapters(None))
            .map(|chapter| chapter.map.as_str())
            .collect();
        assert_eq!((atlas.campaigns().len(), maps.len()), (14, 57));
        for (number, campaign) in (1..).zip(atlas.campaigns()) {
            for (chapter, found) in (1..).zip(campaign.chapters(None)) {
                assert!(found.map.starts_with(&format!("c{number}m{chapter}_")), "{}", found.map);
            }
        }
        maps.sort_unstable();
        maps.dedup();
        assert_eq!(maps.len(), 57);
    }
}
