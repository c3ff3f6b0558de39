//! `status`, `stats`, `users`, `version`.

use crate::game::Game;

/// The block that players, panels and tools parse.
pub(crate) fn status(game: &mut Game) {
    match game.variables.value("standin_status") {
        "tf2" => return foreign(game),
        "l4d2" => {}
        _ => {
            game.print("Server is up. Type help for help.");
            return;
        }
    }
    let secure = if game.secure() { "secure" } else { "insecure" };
    let (humans, bots) = (game.players.humans(), game.players.bots());
    let hibernating = if humans == 0 { "hibernating" } else { "not hibernating" };
    let reserved = game.reserved.as_ref().map_or("unreserved".to_owned(), |cookie| format!("reserved {cookie}"));
    let map = game.map.as_ref().map_or(String::new(), |map| format!("{map} at ( -11074, -9007, -529 )"));
    let head = format!(
        "hostname: {}\nversion : {} 9416 {secure}  (unknown)\nudp/ip  : {}:{} [ public n/a ]\nos      : Linux Dedicated\n\
         map     : {map}\nplayers : {humans} humans, {bots} bots ({} max) ({hibernating}) ({reserved})\n",
        game.variables.value("hostname"),
        game.version,
        game.address,
        game.port,
        game.arguments.max_players,
    );
    game.print(head);
    game.print("# userid name uniqueid connected ping loss state rate adr");
    let rows: Vec<Vec<u8>> = game.players.all().iter().map(crate::players::Player::row).collect();
    game.print_all(rows);
    game.print("#end");
}

/// As a server of another game has it: other identities, no place, no rate.
fn foreign(game: &mut Game) {
    game.print(format!(
        "hostname: {}\nversion : 9216321/24 9216321 secure\nudp/ip  : {}:{}  (local: 0.0.0.0:27015)\naccount : not logged in\n\
         map     : {} at: 0 x, 0 y, 0 z\nplayers : {} humans, 0 bots ({} max)\nedicts  : 405 used of 2048 max\n\
         # userid name                uniqueid            connected ping loss state  adr",
        game.variables.value("hostname"),
        game.address,
        game.port,
        game.map.as_deref().unwrap_or(""),
        game.players.humans(),
        game.arguments.max_players,
    ));
    let rows: Vec<Vec<u8>> = game.players.all().iter().filter_map(crate::players::Player::foreign_row).collect();
    game.print_all(rows);
}

/// CPU, in, out, uptime in minutes, users, frames, players.
pub(crate) fn stats(game: &mut Game) {
    let users = game.players.humans();
    let (cpu, traffic) = if users == 0 { (0.1, 0.0) } else { (5.0 + 2.5 * to_f64(users), 4.2 * to_f64(users)) };
    let minutes = game.started.elapsed().as_secs() / 60;
    let frames = f64::from(game.arguments.tick_rate) * 1.01;
    game.print("CPU   In    Out   Uptime  Users   FPS    Players");
    game.print(format!("{cpu:5.2} {traffic:5.2} {:5.2} {minutes:7} {users:5} {frames:7.2} {users:7}", traffic * 3.0));
}

fn to_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// `userid:"name"` for each.
pub(crate) fn users(game: &mut Game) {
    let rows: Vec<Vec<u8>> = game
        .players
        .all()
        .iter()
        .map(|player| [format!("{}:\"", player.user_id).as_bytes(), &player.name, b"\""].concat())
        .collect();
    game.print("<slot:userid:\"name\">");
    let number = rows.len();
    game.print_all(rows);
    game.print(format!("{number} users"));
}

/// The version, and that this is a stand-in.
pub(crate) fn version(game: &mut Game) {
    game.print(format!(
        "Protocol version 2100\nExe version {} (left4dead2)\nExe build: 9416 (left4me stand-in)",
        game.version
    ));
}
