//! What somebody does to a server behind the panel's back: its open page says so within five seconds and why, and both ways out work.

use std::time::{Duration, Instant};

use crate::host_lifecycle::{install, wait_ready};
use crate::panel::Panel;

/// How soon a page must tell it.
const SOON: Duration = Duration::from_secs(5);

/// A server that runs, started by its page.
fn running() -> (Panel, u32) {
    let panel = Panel::new();
    install(&panel.host, 1);
    let [server] = panel.servers(["Friday"]);
    panel.done(server, "start");
    wait_ready(&panel.host, &server.to_string());
    (panel, server)
}

fn unit(panel: &Panel, server: u32) -> String {
    panel.host.sh(&format!("systemctl is-active left4me-server@{server} || true"))
}

fn desired(panel: &Panel, server: u32) -> String {
    panel.value(&format!("SELECT desired FROM servers WHERE id = {server}"))
}

/// The page has no notice of it any more.
fn is_as_it_should_be(panel: &Panel, server: u32, word: &str) {
    let page = panel.get(&format!("/servers/{server}")).body;
    assert!(!page.contains("It should ") && page.contains(&format!("\">{word}</span>")), "{page}");
}

#[test]
fn stopped_by_root_it_is_told_and_both_ways_out_work() {
    let (panel, server) = running();
    let page = format!("/servers/{server}/events");
    for way in ["start", "accept"] {
        let mut stream = panel.stream(&page);
        stream.until("event: cluster");
        let begun = Instant::now();
        panel.host.sh(&format!("systemctl stop --no-block left4me-server@{server}"));
        stream.until("It should run, and does not");
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        let told = panel.get(&format!("/servers/{server}")).body;
        assert!(told.contains("It quit by itself, or was stopped outside of left4me"), "{told}");
        assert!(told.contains("Leave it stopped") && told.contains("Start again"), "{told}");
        assert_eq!(desired(&panel, server), "running");
        panel.done(server, way);
        if way == "start" {
            wait_ready(&panel.host, &server.to_string());
            assert_eq!(unit(&panel, server), "active");
            is_as_it_should_be(&panel, server, "Running");
        }
    }
    assert_eq!((unit(&panel, server).as_str(), desired(&panel, server).as_str()), ("inactive", "stopped"));
    is_as_it_should_be(&panel, server, "Stopped");
    let nothing = panel.post(&format!("/servers/{server}/accept"), &[]);
    assert_eq!(nothing.status, 409, "{}", nothing.body);
}

#[test]
fn killed_until_the_start_limit_it_is_told_and_both_ways_out_work() {
    let (panel, server) = running();
    let host = &panel.host;
    // Sooner than the unit says, so that this takes a minute less.
    host.sh(&format!(
        "mkdir -p /run/systemd/system/left4me-server@{server}.service.d
         printf '[Service]\\nRestartSec=200ms\\n' >/run/systemd/system/left4me-server@{server}.service.d/hasty.conf; systemctl daemon-reload"
    ));
    for way in ["start", "accept"] {
        let mut stream = panel.stream(&format!("/servers/{server}/events"));
        stream.until("event: cluster");
        let mut killed = 0;
        let begun = loop {
            let begun = Instant::now();
            // The game alone dies, as it would by itself, and again each time that systemd has brought it back.
            let state = host.sh(&format!(
                "unit=left4me-server@{server}
                 before=$(systemctl show --property=InvocationID --value $unit)
                 systemctl kill --kill-whom=main --signal=KILL $unit
                 until [ \"$(systemctl show --property=InvocationID --value $unit)\" != \"$before\" ] || systemctl is-failed --quiet $unit; do :; done
                 until systemctl is-active --quiet $unit || systemctl is-failed --quiet $unit; do :; done
                 systemctl is-active $unit || true"
            ));
            killed += 1;
            if state == "failed" {
                break begun;
            }
        };
        assert!(killed >= 2, "{killed}");
        stream.until("It should run, and does not");
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        let told = panel.get(&format!("/servers/{server}")).body;
        assert!(told.contains("he start limit was reached: 5 starts within 10 minutes"), "{told}");
        panel.done(server, way);
        if way == "start" {
            wait_ready(host, &server.to_string());
            is_as_it_should_be(&panel, server, "Running");
        }
    }
    host.sh(&format!("rm -r /run/systemd/system/left4me-server@{server}.service.d; systemctl daemon-reload"));
    assert_eq!((unit(&panel, server).as_str(), desired(&panel, server).as_str()), ("inactive", "stopped"));
    is_as_it_should_be(&panel, server, "Stopped");
}

#[test]
fn one_crash_is_told_and_that_it_came_back() {
    let (panel, server) = running();
    let mut stream = panel.stream(&format!("/servers/{server}/events"));
    stream.until("event: cluster");
    let begun = Instant::now();
    panel.host.sh(&format!("systemctl kill --kill-whom=main --signal=KILL left4me-server@{server}"));
    stream.until("Restarting");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    stream.until("It ended by itself, and came back");
    let told = panel.get(&format!("/servers/{server}")).body;
    assert!(told.contains("signal KILL"), "{told}");
    panel.done(server, "stop");
}

#[test]
fn started_by_root_it_is_told_and_may_run() {
    let (panel, server) = running();
    panel.done(server, "stop");
    let mut stream = panel.stream(&format!("/servers/{server}/events"));
    stream.until("event: cluster");
    let begun = Instant::now();
    panel.host.ok(&["start", &server.to_string()]);
    stream.until("It should be stopped, and runs");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    panel.press(server, "accept");
    assert_eq!((unit(&panel, server).as_str(), desired(&panel, server).as_str()), ("active", "running"));
    is_as_it_should_be(&panel, server, "Running");
}
