//! Kicks, and bans by account and by address.

use std::fs;
use std::time::{Duration, Instant};

use crate::game::Game;
use crate::players::{self, Player};
use crate::tokens::Command;

/// Who may not come, and until when: for ever when there is no time.
#[derive(Clone)]
pub(crate) struct Ban {
    /// `STEAM_1:Y:Z`, or an address.
    pub(crate) who: String,
    minutes: f64,
    until: Option<Instant>,
}

impl Ban {
    /// For so many minutes; 0 is for ever.
    fn new(who: &str, minutes: f64) -> Self {
        let time = Duration::from_secs_f64((minutes * 60.0).clamp(0.0, 1e9));
        Self { who: who.to_owned(), minutes, until: (!time.is_zero()).then(|| Instant::now() + time) }
    }

    pub(crate) fn holds(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    /// Whether that is a player's account, however it is written.
    pub(crate) fn is_of(&self, account: u64) -> bool {
        players::account(&self.who) == Some(account)
    }

    /// As lists show it: the whole time, not what is left of it.
    fn time(&self) -> String {
        self.until.map_or_else(|| "permanent".to_owned(), |_| format!("{:.3} min", self.minutes))
    }
}

/// `kick NAME`, `kickid USERID|STEAMID [reason]`.
pub(crate) fn kick(game: &mut Game, verb: &str, command: &Command) {
    let who = command.word(0).trim_start_matches('#');
    if who.is_empty() {
        game.print(format!("Usage:  {verb} < name | userid >"));
        return;
    }
    let by_name = verb == "kick";
    let name = command.rest.as_bytes();
    let gone = game
        .players
        .remove(|player| if by_name { player.name == name || player.name == who.as_bytes() } else { is(player, who) });
    if gone.is_empty() {
        game.print(format!("{verb}: user \"{who}\" not found"));
    }
    let reason = if by_name { String::new() } else { command.words.get(1..).unwrap_or_default().join(" ") };
    let reason = if reason.is_empty() { "Kicked by Console".to_owned() } else { reason };
    for player in gone {
        game.record(&format!("Dropped \"{}\" from server ({reason})", player.shown()));
    }
}

fn is(player: &Player, who: &str) -> bool {
    player.user_id.to_string() == who || player.unique_id() == who
}

/// `banid MINUTES USERID|STEAMID [kick]`.
pub(crate) fn ban(game: &mut Game, command: &Command) {
    let who = command.word(1).trim_start_matches('#');
    let (Ok(minutes), false) = (command.word(0).parse::<f64>(), who.is_empty()) else {
        game.print("Usage:  banid < minutes > < userid | uniqueid > { kick }");
        return;
    };
    let known = game.players.all().iter().find(|player| is(player, who)).map(Player::unique_id);
    let id = known.unwrap_or_else(|| who.to_owned());
    if !id.starts_with("STEAM_") {
        game.print(format!("banid:  couldn't resolve uniqueid {who}."));
        return;
    }
    let gone = match command.word(2) {
        // The engine passes over those who load: they stay.
        "kick" => game.players.remove(|player| player.unique_id() == id && !player.loading),
        _ => Vec::new(),
    };
    for player in gone {
        game.record(&format!("Dropped \"{}\" from server (Added to banned list)", player.shown()));
    }
    game.record(&format!("Added {id} to the ban list for {minutes} minutes"));
    add(&mut game.banned, &id, minutes);
}

/// `addip MINUTES ADDRESS`, `banip` being the same.
pub(crate) fn ban_address(game: &mut Game, command: &Command) {
    let (Ok(minutes), Ok(address)) = (command.word(0).parse(), command.word(1).parse::<std::net::Ipv4Addr>()) else {
        game.print("Usage:  addip < minutes > < ipaddress >");
        return;
    };
    add(&mut game.banned_addresses, &address.to_string(), minutes);
    game.record(&format!("Added {address} to the filter list for {minutes} minutes"));
}

fn add(bans: &mut Vec<Ban>, who: &str, minutes: f64) {
    bans.retain(|ban| ban.who != who);
    bans.push(Ban::new(who, minutes));
}

/// `removeid STEAMID|NUMBER`, `removeip ADDRESS|NUMBER`: the numbers are those of the list.
pub(crate) fn lift(game: &mut Game, verb: &str, who: &str) {
    let bans = if verb == "removeid" { &mut game.banned } else { &mut game.banned_addresses };
    bans.retain(Ban::holds);
    let numbered = who.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < bans.len());
    let found = numbered.or_else(|| bans.iter().position(|ban| ban.who == who)).map(|at| bans.remove(at).who);
    game.print(
        found.map_or_else(
            || format!("{verb}: couldn't find {who}"),
            |found| format!("{verb}: filter removed for {found}"),
        ),
    );
}

/// `listid`, `listip`.
pub(crate) fn list(game: &mut Game, verb: &str) {
    let (what, bans) = if verb == "listid" { ("ID", &mut game.banned) } else { ("IP", &mut game.banned_addresses) };
    bans.retain(Ban::holds);
    let rows: Vec<String> =
        (1..).zip(bans.iter()).map(|(number, ban)| format!("{number} {} : {}", ban.who, ban.time())).collect();
    game.print(match rows.len() {
        0 => format!("{what} filter list: empty"),
        1 => format!("{what} filter list: 1 entry"),
        number => format!("{what} filter list: {number} entries"),
    });
    game.print_all(rows);
}

/// `writeid`, `writeip`: the server writes into its own cfg directory what holds for ever.
pub(crate) fn write(game: &mut Game, verb: &str) {
    let (file, order, bans) = match verb {
        "writeid" => ("banned_user.cfg", "banid", &game.banned),
        _ => ("banned_ip.cfg", "addip", &game.banned_addresses),
    };
    let forever = bans.iter().filter(|ban| ban.until.is_none());
    let lines: Vec<String> = forever.map(|ban| format!("{order} 0 {}\n", ban.who)).collect();
    let path = game.directory.join("cfg").join(file);
    if let Err(error) = fs::write(&path, lines.concat()) {
        game.print(format!("Couldn't open {}: {error}", path.display()));
    }
}
