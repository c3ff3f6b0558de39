//! Measures what the panel costs, beside a static file that the same process serves. `deploy/bench.sh web` runs it; it prints a table in
//! Markdown. The panel is the real program on a fresh root; behind it a script stands in for `l4d2ctl` and prints lines when they are wanted.
//!
//!     web_bench PATH-OF-L4D2WEB PATH-OF-THE-STAND-IN-L4D2CTL [files | play]
//!
//! With `files`, only what concerns files overlays; with `play`, only what concerns looking into games.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot go on ends by a panic, runs programs as a user would, and counts what fits into a float"
)]

mod console;
mod files;
mod followers;
mod http;
mod load;
mod panel;
mod play;
mod report;
mod rows;

use std::time::Duration;

use load::{Load, anew, load};
use panel::Panel;
use report::{Table, ms, us};

/// Browsers at once.
const CONNECTIONS: usize = 8;
/// Those who follow one log.
const FOLLOWERS: usize = 200;
/// Lines that are printed at once.
const FLOOD: usize = 50_000;
/// Lines whose way is timed.
const STAMPS: usize = 300;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (program, stand_in, part) = match arguments.as_slice() {
        [program, stand_in] => (program, stand_in, ""),
        [program, stand_in, word] if ["files", "play"].contains(&word.as_str()) => (program, stand_in, word.as_str()),
        _ => panic!("usage: web_bench L4D2WEB STAND-IN [files | play]"),
    };
    let mut table = Table::default();
    if part == "play" {
        play_rows(&mut table, program, stand_in).await;
        print!("{table}");
        return;
    }
    let game = console::game().await;
    let panel = Panel::with(program, stand_in, &[game.port()]).await;
    if part == "files" {
        files_rows(&mut table, &panel).await;
        panel.stop().await;
        print!("{table}");
        return;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = panel.memory();
    table.row("memory, idle", &mib(idle), "", "", Some((idle < 25 << 20, "under 25 MiB")));

    let file = panel.file().await;
    let still = load(&panel, &file, CONNECTIONS).await;
    for (what, path, goal) in [
        ("the list of 200 servers", "/servers", Some(Duration::from_micros(300))),
        ("the page of a job with 10,000 lines", "/jobs/1", None),
    ] {
        let got = load(&panel, path, CONNECTIONS).await;
        requests(&mut table, what, &got, &still, goal);
    }
    let changed = anew(&panel, "/servers").await;
    table.row("the list after a change, CPU of a request", &us(changed.cpu), "a static file", &us(still.cpu), None);
    table.row("the list after a change, p99", &ms(changed.most), "a static file", &ms(still.most), None);
    let after = panel.memory();
    table.row("memory, after that load", &mib(after), "idle", &mib(idle), None);

    let flood = followers::flood(&panel, FOLLOWERS, FLOOD).await;
    let each = flood.lines_per_second * FOLLOWERS as f64;
    table.row(
        "a job's lines stored and handed to 200 followers",
        &format!("{:.0} lines/s", flood.lines_per_second),
        "events to followers",
        &format!("{each:.0} lines/s"),
        Some((flood.complete, "complete and in order for each")),
    );
    let [middle, most] = followers::job_latency(&panel, STAMPS).await;
    table.row("a job's line, printed to browser, p50", &ms(middle), "", "", None);
    table.row(
        "a job's line, printed to browser, p99",
        &ms(most),
        "",
        "",
        Some((most < Duration::from_millis(100), "under 100 ms")),
    );
    let [middle, most] = followers::server_latency(&panel, STAMPS).await;
    table.row("a server's line, l4d2ctl to browser, p50", &ms(middle), "", "", None);
    let goal = (most < Duration::from_millis(600), "under 600 ms, of which journald may take 250");
    table.row("a server's line, l4d2ctl to browser, p99", &ms(most), "", "", Some(goal));
    let [web, bare] = console::round_trips(&panel, game).await;
    let goal = (web < bare + Duration::from_millis(5), "at most 5 ms more");
    table.row("a command through the console, p50", &ms(web), "a bare RCON client", &ms(bare), Some(goal));
    files_rows(&mut table, &panel).await;
    let end = panel.memory();
    table.row("memory, after all", &mib(end), "idle", &mib(idle), None);
    panel.stop().await;
    play_rows(&mut table, program, stand_in).await;
    print!("{table}");
}

/// Another panel, all servers of which run, with eight people on each.
async fn play_rows(table: &mut Table, program: &str, stand_in: &str) {
    let consoles = play::Consoles::start(200).await;
    let panel = Panel::with(program, stand_in, &consoles.ports).await;
    let looked = consoles.measure(&panel).await;
    let met = looked.cpu < 3.0 && looked.per_second > 39.0;
    let goal = Some((met, "under 3 % of one core, with 40 looks a second"));
    let share = format!("{:.1} % of one core", looked.cpu);
    let looks = format!("{:.1}", looked.per_second);
    table.row("looking into 200 games every 5 s", &share, "looks a second", &looks, goal);
    let goal = Some((looked.memory < 40 << 20, "under 40 MiB"));
    table.row("memory of the panel meanwhile", &mib(looked.memory), "", "", goal);
    play::history(&panel, 1).await;
    let file = panel.file().await;
    let still = load(&panel, &file, 1).await;
    for (what, path) in [
        ("the page of a server, p99", "/servers/1"),
        ("who plays, with 30 days of history, p99", "/servers/1/players?span=30d"),
    ] {
        let got = load(&panel, path, 1).await;
        let goal = Some((got.most < Duration::from_millis(15), "under 15 ms"));
        table.row(what, &ms(got.most), "a static file", &ms(still.most), goal);
    }
    panel.stop().await;
}

/// A file that is sent, and a folder that is looked at.
async fn files_rows(table: &mut Table, panel: &Panel) {
    let overlay = files::overlay(panel).await;
    let tree = files::tree(panel, overlay).await;
    table.row("a page of a folder with 100,000 entries, the first time", &ms(tree.first), "", "", None);
    table.row("a page of a folder with 100,000 entries, p50", &ms(tree.middle), "", "", None);
    let goal = (tree.most < Duration::from_millis(20), "under 20 ms");
    table.row("a page of a folder with 100,000 entries, p99", &ms(tree.most), "", "", Some(goal));
    let before = panel.memory();
    let sent = files::upload(panel, overlay).await;
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let (what, ours) = ("1 GiB uploaded, until it is on the disk and in the overlay", seconds(sent.ours));
    // An upload that is done survives a power cut; of `cp` alone the kernel still has everything to write.
    let goal = (sent.ours <= sent.synced * 2, "at most 2 times");
    table.row(what, &ours, "cp, and sync of the copy", &seconds(sent.synced), Some(goal));
    table.row("the same", &ours, "cp alone", &seconds(sent.copied), None);
    table.row("memory, after that", &mib(panel.memory()), "before", &mib(before), None);
}

fn requests(table: &mut Table, what: &str, got: &Load, still: &Load, cpu: Option<Duration>) {
    table.row(
        &format!("{what}, {CONNECTIONS} connections"),
        &format!("{:.0} requests/s", got.per_second),
        "a static file",
        &format!("{:.0} requests/s", still.per_second),
        None,
    );
    let goal = cpu.map(|most| (got.cpu < most, "under 300 µs"));
    table.row(&format!("{what}, CPU of a request"), &us(got.cpu), "a static file", &us(still.cpu), goal);
    table.row(&format!("{what}, p50"), &ms(got.middle), "a static file", &ms(still.middle), None);
    let goal = (got.most < Duration::from_millis(10), "under 10 ms");
    table.row(&format!("{what}, p99"), &ms(got.most), "a static file", &ms(still.most), Some(goal));
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
