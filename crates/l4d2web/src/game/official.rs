//! The campaigns that come with the game.

/// A campaign: its title, and its maps with the titles of the chapters.
pub(super) struct Official {
    pub(super) title: &'static str,
    pub(super) chapters: &'static [(&'static str, &'static str)],
}

const fn campaign(title: &'static str, chapters: &'static [(&'static str, &'static str)]) -> Official {
    Official { title, chapters }
}

/// All of them, in the order of the game.
pub(super) const OFFICIAL: [Official; 14] = [
    campaign(
        "Dead Center",
        &[
            ("c1m1_hotel", "The Hotel"),
            ("c1m2_streets", "The Streets"),
            ("c1m3_mall", "The Mall"),
            ("c1m4_atrium", "The Atrium"),
        ],
    ),
    campaign(
        "Dark Carnival",
        &[
            ("c2m1_highway", "The Highway"),
            ("c2m2_fairgrounds", "The Fairgrounds"),
            ("c2m3_coaster", "The Coaster"),
            ("c2m4_barns", "The Barns"),
            ("c2m5_concert", "The Concert"),
        ],
    ),
    campaign(
        "Swamp Fever",
        &[
            ("c3m1_plankcountry", "Plank Country"),
            ("c3m2_swamp", "The Swamp"),
            ("c3m3_shantytown", "The Shanty Town"),
            ("c3m4_plantation", "The Plantation"),
        ],
    ),
    campaign(
        "Hard Rain",
        &[
            ("c4m1_milltown_a", "The Milltown"),
            ("c4m2_sugarmill_a", "The Sugar Mill"),
            ("c4m3_sugarmill_b", "Mill Escape"),
            ("c4m4_milltown_b", "Return to Town"),
            ("c4m5_milltown_escape", "Town Escape"),
        ],
    ),
    campaign(
        "The Parish",
        &[
            ("c5m1_waterfront", "The Waterfront"),
            ("c5m2_park", "The Park"),
            ("c5m3_cemetery", "The Cemetery"),
            ("c5m4_quarter", "The Quarter"),
            ("c5m5_bridge", "The Bridge"),
        ],
    ),
    campaign(
        "The Passing",
        &[("c6m1_riverbank", "The Riverbank"), ("c6m2_bedlam", "The Underground"), ("c6m3_port", "The Port")],
    ),
    campaign("The Sacrifice", &[("c7m1_docks", "The Docks"), ("c7m2_barge", "The Barge"), ("c7m3_port", "The Port")]),
    campaign(
        "No Mercy",
        &[
            ("c8m1_apartment", "The Apartments"),
            ("c8m2_subway", "The Subway"),
            ("c8m3_sewers", "The Sewer"),
            ("c8m4_interior", "The Hospital"),
            ("c8m5_rooftop", "Rooftop Finale"),
        ],
    ),
    campaign("Crash Course", &[("c9m1_alleys", "The Alleys"), ("c9m2_lots", "The Truck Depot Finale")]),
    campaign(
        "Death Toll",
        &[
            ("c10m1_caves", "The Turnpike"),
            ("c10m2_drainage", "The Drains"),
            ("c10m3_ranchhouse", "The Church"),
            ("c10m4_mainstreet", "The Town"),
            ("c10m5_houseboat", "Boathouse Finale"),
        ],
    ),
    campaign(
        "Dead Air",
        &[
            ("c11m1_greenhouse", "The Greenhouse"),
            ("c11m2_offices", "The Crane"),
            ("c11m3_garage", "The Construction Site"),
            ("c11m4_terminal", "The Terminal"),
            ("c11m5_runway", "Runway Finale"),
        ],
    ),
    campaign(
        "Blood Harvest",
        &[
            ("c12m1_hilltop", "The Woods"),
            ("c12m2_traintunnel", "The Tunnel"),
            ("c12m3_bridge", "The Bridge"),
            ("c12m4_barn", "The Train Station"),
            ("c12m5_cornfield", "Farmhouse Finale"),
        ],
    ),
    campaign(
        "Cold Stream",
        &[
            ("c13m1_alpinecreek", "Alpine Creek"),
            ("c13m2_southpinestream", "South Pine Stream"),
            ("c13m3_memorialbridge", "Memorial Bridge"),
            ("c13m4_cutthroatcreek", "Cut-throat Creek"),
        ],
    ),
    campaign("The Last Stand", &[("c14m1_junkyard", "The Junkyard"), ("c14m2_lighthouse", "Lighthouse Finale")]),
];
