//! What can be played on a server: its campaigns with their chapters, and in which modes each can be. Pure.

use crate::game::{Atlas, Campaign, Mode};

/// Chapters of the game's own campaigns with a scavenge arena; all have co-op and versus. Which of them have survival differs between versions of
/// the game, so that it is left to the game.
const SCAVENGE: [&str; 19] = [
    "c1m4_atrium",
    "c2m1_highway",
    "c3m1_plankcountry",
    "c4m1_milltown_a",
    "c4m2_sugarmill_a",
    "c5m2_park",
    "c6m1_riverbank",
    "c6m2_bedlam",
    "c6m3_port",
    "c7m1_docks",
    "c7m2_barge",
    "c8m1_apartment",
    "c8m5_rooftop",
    "c9m1_alleys",
    "c10m3_ranchhouse",
    "c11m4_terminal",
    "c12m5_cornfield",
    "c14m1_junkyard",
    "c14m2_lighthouse",
];

/// What can be played on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The game's own first, each as it is chosen from.
    pub campaigns: Vec<Offered>,
}

/// A campaign to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its title; of an add-on it says that it is one.
    pub title: String,
    /// Its chapters, as co-op has them first, then those that only other modes have.
    pub chapters: Vec<OfferedChapter>,
}

/// A chapter to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedChapter {
    /// Its map, in small letters.
    pub map: String,
    /// “3, The Coaster”.
    pub title: String,
    /// The modes that it has.
    modes: Vec<String>,
    /// Whether it may have survival besides.
    official: bool,
    number: usize,
}

impl Offer {
    /// What an atlas offers. `official` of its campaigns are the game's own.
    #[must_use]
    pub fn of(atlas: &Atlas, official: usize) -> Self {
        let offered = |(at, campaign): (usize, &Campaign)| Offered {
            title: if at < official { campaign.title.clone() } else { format!("{} (added)", campaign.title) },
            chapters: chapters(campaign, at < official),
        };
        Self { campaigns: atlas.campaigns().iter().enumerate().map(offered).collect() }
    }

    /// The chapter with a map, and the campaign that it is of.
    #[must_use]
    pub fn find(&self, map: &str) -> Option<(&Offered, &OfferedChapter)> {
        self.campaigns.iter().find_map(|campaign| {
            campaign
                .chapters
                .iter()
                .find(|chapter| chapter.map.eq_ignore_ascii_case(map))
                .map(|found| (campaign, found))
        })
    }

    /// Why a map cannot be played in a mode; none when it can, or when that is not known.
    #[must_use]
    pub fn refuses(&self, map: &str, mode: &Mode) -> Option<String> {
        let (campaign, chapter) = self.find(map)?;
        let modes = &chapter.modes;
        let base = mode.base();
        // A mode of an add-on is its own business.
        let known = ["coop", "versus", "survival", "scavenge"].contains(&base);
        let own = modes.iter().any(|has| has == base || has == mode.value());
        let maybe = base == "survival" && chapter.official;
        if !known || own || maybe {
            return None;
        }
        let mut has: Vec<String> = Vec::new();
        for value in modes {
            has.extend(Mode::parse(value).map(|mode| mode.title().to_owned()));
            if value == "coop" {
                has.push("Realism".to_owned());
            }
        }
        let has =
            if has.is_empty() { "No mode of it is known.".to_owned() } else { format!("It has {}.", has.join(", ")) };
        let title = campaign.title.strip_suffix(" (added)").unwrap_or(&campaign.title);
        Some(format!("{title} {} has no {}. {has}", chapter.number, mode.title()))
    }
}

fn chapters(campaign: &Campaign, official: bool) -> Vec<OfferedChapter> {
    let mut chapters: Vec<OfferedChapter> = Vec::new();
    let order = ["coop", "versus", "survival", "scavenge"];
    let rest = campaign.modes.keys().map(String::as_str).filter(|mode| !order.contains(mode));
    for mode in order.into_iter().chain(rest) {
        for (number, chapter) in (1..).zip(campaign.modes.get(mode).into_iter().flatten()) {
            if let Some(known) = chapters.iter_mut().find(|known| known.map == chapter.map) {
                known.modes.push(mode.to_owned());
                continue;
            }
            let number = if mode == "coop" || chapters.is_empty() { number } else { chapters.len() + 1 };
            let title = format!("{number}, {}", chapter.title);
            let mut modes = vec![mode.to_owned()];
            if official {
                modes.push("versus".to_owned());
                if SCAVENGE.contains(&chapter.map.as_str()) {
                    modes.push("scavenge".to_owned());
                }
            }
            chapters.push(OfferedChapter { map: chapter.map.clone(), title, modes, official, number });
        }
    }
    chapters
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::vpk::Mission;

    fn offer() -> Offer {
        let mission = Mission::parse(
            "mission { Name B DisplayTitle Blitz modes { coop { 1 { Map b1 DisplayName Bank } 2 { Map b2 } } versus { 1 { Map b2 } }
             survival { 1 { Map b9 } } jumble { 1 { Map b1 } } } }",
        );
        Offer::of(&Atlas::official().with(&mission), Atlas::official().campaigns().len())
    }

    #[test]
    fn campaigns_are_offered_with_their_chapters() {
        let offer = offer();
        assert_eq!(offer.campaigns.len(), 15);
        assert_eq!(offer.campaigns[1].chapters[2].title, "3, The Coaster");
        let added = offer.campaigns.last().unwrap();
        let titles: Vec<_> =
            added.chapters.iter().map(|chapter| (chapter.map.as_str(), chapter.title.as_str())).collect();
        assert_eq!(
            (added.title.as_str(), titles),
            ("Blitz (added)", vec![("b1", "1, Bank"), ("b2", "2, b2"), ("b9", "3, b9")])
        );
    }

    #[rstest]
    #[case("c2m3_coaster", "scavenge", Some("Dark Carnival 3 has no Scavenge. It has Co-op, Realism, Versus."))]
    #[case(
        "C2M3_Coaster",
        "teamscavenge",
        Some("Dark Carnival 3 has no Team Scavenge. It has Co-op, Realism, Versus.")
    )]
    #[case("c2m1_highway", "scavenge", None)]
    #[case("c2m3_coaster", "survival", None)]
    #[case("c2m3_coaster", "mutation12", None)]
    #[case("c2m3_coaster", "gunbrain", None)]
    #[case("b1", "versus", Some("Blitz 1 has no Versus. It has Co-op, Realism, jumble."))]
    #[case("b1", "survival", Some("Blitz 1 has no Survival. It has Co-op, Realism, jumble."))]
    #[case("b9", "coop", Some("Blitz 3 has no Co-op. It has Survival."))]
    #[case("b1", "jumble", None)]
    #[case("b2", "versus", None)]
    #[case("unknown", "versus", None)]
    fn a_chapter_without_the_mode_is_refused(#[case] map: &str, #[case] mode: &str, #[case] expected: Option<&str>) {
        assert_eq!(offer().refuses(map, &Mode::parse(mode).unwrap()).as_deref(), expected);
    }
}
