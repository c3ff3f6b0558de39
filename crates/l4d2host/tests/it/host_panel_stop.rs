//! The end of the panel while a job runs: in time, with the job written down, and with nothing of it left.

use crate::game::{current, only, order};
use crate::host_panel::wait_for_health;
use crate::panel::Panel;

/// Stops the panel as systemd does; it must end by itself, and nothing may be left of what it ran.
fn stop(panel: &Panel) {
    let host = &panel.host;
    let since = host.sh("journalctl --show-cursor --lines=0 --output=cat | sed 's/^-- cursor: //'");
    host.sh("systemctl stop left4me-web");
    let log = host.sh(&format!(
        "journalctl --sync; journalctl --no-pager --output=cat --after-cursor='{since}' --unit=left4me-web"
    ));
    assert!(log.contains("the panel has stopped"), "{log}");
    // What reads the journal for an open page has nothing to finish, and may still be on its way out.
    let log: Vec<&str> = log.lines().filter(|line| !line.contains("(journalctl) with signal SIGKILL")).collect();
    for trouble in ["timed out", "Killing process", "status=9/KILL", "Failed with result"] {
        assert!(!log.iter().any(|line| line.contains(trouble)), "{log:?}");
    }
    assert_eq!(host.sh("systemctl show --property=Result --value left4me-web"), "success");
    assert_eq!(host.sh("pgrep --uid left4me --list-full || true"), "", "something is left");
    assert_eq!(
        host.sh("systemctl list-units --plain --no-legend 'left4me-steamcmd@*' --state=active,activating,deactivating"),
        ""
    );
}

fn start(panel: &Panel) {
    panel.host.sh("systemctl start left4me-web");
    wait_for_health(&panel.host);
}

#[test]
fn an_install_is_interrupted_at_once_and_can_be_started_again() {
    let panel = Panel::new();
    let host = &panel.host;
    only(host, 1);
    order(host, "build 2\npause-before download-half linux");
    let job = panel.make("/admin/install", &[]);
    panel.stream(&format!("/jobs/{job}/events")).until("stand-in: waiting before download-half");
    stop(&panel);
    let row = format!("SELECT state FROM jobs WHERE id = {job}");
    assert_eq!(panel.value(&row), "interrupted");
    start(&panel);
    assert_eq!((panel.value(&row).as_str(), current(host)), ("interrupted", 1));
    let log = panel.log(&job.to_string());
    assert_eq!(log.matches("The panel ended while this ran.").count(), 1, "{log}");
    order(host, "build 2");
    let again = panel.make(&format!("/jobs/{job}/retry"), &[]).to_string();
    assert_eq!(panel.over(&again), "succeeded", "{}", panel.log(&again));
    assert_eq!(current(host), 2);
}

#[test]
fn a_start_is_let_finish_and_the_server_runs_on() {
    let panel = Panel::new();
    only(&panel.host, 1);
    let [server] = panel.servers(["Friday"]);
    panel.press(server, "start");
    let job = panel.value("SELECT max(id) FROM jobs");
    panel.stream(&format!("/jobs/{job}/events")).until("$ l4d2ctl initialize");
    stop(&panel);
    assert_eq!(panel.value(&format!("SELECT state FROM jobs WHERE id = {job}")), "succeeded");
    assert_eq!(panel.host.sh(&format!("systemctl is-active left4me-server@{server}")), "active");
    start(&panel);
    assert_eq!(
        panel.value(&format!("SELECT json_extract(status, '$.state') FROM servers WHERE id = {server}")),
        "running"
    );
    panel.done(server, "stop");
}

/// A game that has frozen is waited for by systemd for longer than by the panel.
#[test]
fn a_stop_that_takes_too_long_is_cut_off_and_can_be_asked_for_again() {
    let panel = Panel::new();
    let host = &panel.host;
    only(host, 1);
    let [server] = panel.servers(["Friday"]);
    let blueprint = panel.value("SELECT id, updated_at FROM blueprints");
    let (blueprint, seen) = blueprint.split_once('\t').unwrap();
    let fields = [("name", "Plain"), ("seen", seen), ("config", "echo cold\nfreeze")];
    let saved = panel.post(&format!("/blueprints/{blueprint}"), &fields);
    assert_eq!(saved.status, 303, "{}", saved.body);
    let mut log = panel.stream(&format!("/servers/{server}/events?tab=log"));
    panel.done(server, "start");
    log.until("cold");
    panel.press(server, "stop");
    let job = panel.value("SELECT max(id) FROM jobs");
    panel.stream(&format!("/jobs/{job}/events")).until("$ l4d2ctl stop");
    stop(&panel);
    assert_eq!(panel.value(&format!("SELECT state FROM jobs WHERE id = {job}")), "interrupted");
    start(&panel);
    let again = panel.make(&format!("/jobs/{job}/retry"), &[]).to_string();
    assert_eq!(panel.over(&again), "succeeded", "{}", panel.log(&again));
    // systemd had to kill it, and says so: it is down all the same.
    assert_ne!(host.sh(&format!("systemctl is-active left4me-server@{server} || true")), "active");
    let state = panel.value(&format!("SELECT json_extract(status, '$.state') FROM servers WHERE id = {server}"));
    assert!(["stopped", "failed"].contains(&state.as_str()), "{state}");
}
