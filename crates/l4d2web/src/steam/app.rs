//! Games by their numbers at Steam.

/// The number of Left 4 Dead 2.
pub const L4D2: u64 = 550;

/// What a game is called, for a person; those whose items are pasted by mistake are known by name.
#[must_use]
pub fn app_name(app: u64) -> String {
    let name = match app {
        220 => "Half-Life 2",
        240 => "Counter-Strike: Source",
        440 => "Team Fortress 2",
        500 => "Left 4 Dead",
        L4D2 => "Left 4 Dead 2",
        570 => "Dota 2",
        620 => "Portal 2",
        730 => "Counter-Strike 2",
        1250 => "Killing Floor",
        4000 => "Garry’s Mod",
        107_410 => "Arma 3",
        221_100 => "DayZ",
        232_090 => "Killing Floor 2",
        251_570 => "7 Days to Die",
        252_490 => "Rust",
        294_100 => "RimWorld",
        346_110 => "ARK: Survival Evolved",
        431_960 => "Wallpaper Engine",
        563_560 => "Alien Swarm: Reactive Drop",
        _ => return format!("another game (number {app} at Steam)"),
    };
    name.to_owned()
}
