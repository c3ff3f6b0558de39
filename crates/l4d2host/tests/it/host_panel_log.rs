//! The live log of a real server: a page that comes back after the panel was killed misses nothing and sees nothing twice, and what reads the
//! journal goes when nobody looks any more.

use crate::game::{command, only};
use crate::host_lifecycle::wait_ready;
use crate::host_panel::wait_for_health;
use crate::panel::Panel;

/// Closes a page.
fn leave(panel: &Panel, page: &crate::verb::Verb) {
    panel.host.sh(&format!("kill {}", page.pid()));
}

#[test]
fn a_page_that_comes_back_to_another_panel_goes_on_where_it_was() {
    let panel = Panel::new();
    let host = &panel.host;
    only(host, 1);
    let [server] = panel.servers(["Friday"]);
    panel.done(server, "start");
    wait_ready(host, &server.to_string());
    let port: u16 = panel.value("SELECT port FROM servers").parse().unwrap();
    let password = panel.value("SELECT rcon_password FROM servers");
    // The game writes commands into its log only when it is told to.
    command(host, port, &password, "sv_rcon_log 1");
    let print = |numbers: std::ops::Range<u32>| {
        let lines: Vec<String> = numbers.map(|number| format!("echo line {number} of the log")).collect();
        command(host, port, &password, &lines.join("; "));
    };

    let events = format!("/servers/{server}/events?tab=log");
    let mut page = panel.stream(&events);
    page.until("VAC secure mode is activated");
    print(0..40);
    page.until("line 39 of the log");
    leave(&panel, &page);
    let (_, said) = page.end();
    let place = said.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("a place").to_owned();

    host.sh("systemctl kill --kill-whom=all --signal=KILL left4me-web");
    print(40..80);
    host.sh("systemctl restart left4me-web");
    wait_for_health(host);
    let mut page = panel.stream(&format!("{events}&after={place}"));
    page.until("line 79 of the log");
    print(80..81);
    page.until("line 80 of the log");
    leave(&panel, &page);
    let (_, said) = page.end();
    let found: Vec<u32> = said
        .split("line ")
        .filter_map(|rest| rest.split_once(" of the log").and_then(|(number, _)| number.parse().ok()))
        .collect();
    assert_eq!(found, (40..=80).collect::<Vec<_>>());

    // Nobody looks any more: in a while nothing reads.
    host.sh("timeout 60 bash -c 'while pgrep --full \"[l]4d2ctl logs|[j]ournalctl .*left4me-server@\" >/dev/null; do :; done'");
    panel.done(server, "stop");
}
