//! The official campaigns and their maps, as both stand-ins know them.

/// One campaign.
pub(crate) struct Campaign {
    /// `campaign1` and so on, the name of its file in `missions`.
    pub(crate) name: &'static str,
    /// As players know it.
    pub(crate) title: &'static str,
    /// Its maps in order.
    pub(crate) maps: &'static [&'static str],
}

const fn campaign(name: &'static str, title: &'static str, maps: &'static [&'static str]) -> Campaign {
    Campaign { name, title, maps }
}

/// All of them.
pub(crate) const CAMPAIGNS: [Campaign; 14] = [
    campaign("campaign1", "Dead Center", &["c1m1_hotel", "c1m2_streets", "c1m3_mall", "c1m4_atrium"]),
    campaign(
        "campaign2",
        "Dark Carnival",
        &["c2m1_highway", "c2m2_fairgrounds", "c2m3_coaster", "c2m4_barns", "c2m5_concert"],
    ),
    campaign("campaign3", "Swamp Fever", &["c3m1_plankcountry", "c3m2_swamp", "c3m3_shantytown", "c3m4_plantation"]),
    campaign(
        "campaign4",
        "Hard Rain",
        &["c4m1_milltown_a", "c4m2_sugarmill_a", "c4m3_sugarmill_b", "c4m4_milltown_b", "c4m5_milltown_escape"],
    ),
    campaign(
        "campaign5",
        "The Parish",
        &["c5m1_waterfront", "c5m2_park", "c5m3_cemetery", "c5m4_quarter", "c5m5_bridge"],
    ),
    campaign("campaign6", "The Passing", &["c6m1_riverbank", "c6m2_bedlam", "c6m3_port"]),
    campaign("campaign7", "The Sacrifice", &["c7m1_docks", "c7m2_barge", "c7m3_port"]),
    campaign(
        "campaign8",
        "No Mercy",
        &["c8m1_apartment", "c8m2_subway", "c8m3_sewers", "c8m4_interior", "c8m5_rooftop"],
    ),
    campaign("campaign9", "Crash Course", &["c9m1_alleys", "c9m2_lots"]),
    campaign(
        "campaign10",
        "Death Toll",
        &["c10m1_caves", "c10m2_drainage", "c10m3_ranchhouse", "c10m4_mainstreet", "c10m5_houseboat"],
    ),
    campaign(
        "campaign11",
        "Dead Air",
        &["c11m1_greenhouse", "c11m2_offices", "c11m3_garage", "c11m4_terminal", "c11m5_runway"],
    ),
    campaign(
        "campaign12",
        "Blood Harvest",
        &["c12m1_hilltop", "c12m2_traintunnel", "c12m3_bridge", "c12m4_barn", "c12m5_cornfield"],
    ),
    campaign(
        "campaign13",
        "Cold Stream",
        &["c13m1_alpinecreek", "c13m2_southpinestream", "c13m3_memorialbridge", "c13m4_cutthroatcreek"],
    ),
    campaign("campaign14", "The Last Stand", &["c14m1_junkyard", "c14m2_lighthouse"]),
];
