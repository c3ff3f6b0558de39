//! Proof 5's half with systemd: SIGKILL for the panel while it installs, starts and stops. After the automatic restart every job is written
//! down as what became of it, once; what the panel says of each server is what systemd says; and each job can be asked for again.

use crate::game::{current, only, order, status, whole};
use crate::host_panel::wait_for_health;
use crate::panel::Panel;

const ROUNDS: u32 = 9;

/// Kills the panel when `lines` lines of jobs have been stored since `before`, and waits for the next one.
fn kill(panel: &Panel, whom: &str, before: &str, lines: u32) {
    const WAIT: &str = "import sqlite3, sys
db = sqlite3.connect('/var/lib/left4me/left4me.db', timeout=10)
while db.execute('SELECT count(*) FROM job_lines WHERE job_id > ?', (sys.argv[1],)).fetchone()[0] < int(sys.argv[2]): pass";
    let wait = ["timeout", "60", "runuser", "-u", "left4me", "--", "python3", "-c", WAIT, before, &lines.to_string()];
    assert!(panel.host.exec(&wait).status.success(), "{lines} lines were never stored");
    panel.host.sh(&format!(
        "before=$(systemctl show --property=InvocationID --value left4me-web)
         systemctl kill --kill-whom={whom} --signal=KILL left4me-web
         timeout 60 bash -c 'until [ \"$(systemctl show --property=InvocationID --value left4me-web)\" != \"$0\" ]; do :; done' $before"
    ));
    wait_for_health(&panel.host);
}

/// What the panel says of a server is what systemd says, and what it should be after its last job did what it should.
fn agrees(panel: &Panel, server: u32) {
    let unit = panel.host.sh(&format!("systemctl is-active left4me-server@{server} || true"));
    let state = match unit.as_str() {
        "active" => "running",
        "inactive" => "stopped",
        other => panic!("left4me-server@{server} is {other}"),
    };
    let said = panel.value(&format!("SELECT json_extract(status, '$.state') FROM servers WHERE id = {server}"));
    assert_eq!(said, state, "server {server}");
    if state == "running" {
        runs_with_what_is_stored(panel, server);
    }
}

/// What the panel has stored as the spec of the last start is what the host started the server with, or what it was given for a start that was
/// cut off; the host says then that these differ.
fn runs_with_what_is_stored(panel: &Panel, server: u32) {
    let stored = panel.value(&format!("SELECT started_spec FROM servers WHERE id = {server}"));
    let host = |file: &str| panel.host.sh(&format!("cat /var/lib/left4me/instances/{server}/{file}"));
    let (started, given) = (host("started.yaml"), host("spec.yaml"));
    assert!(stored.contains("hostname"), "{stored}");
    if stored.trim_end() != started.trim_end() {
        assert_eq!(stored.trim_end(), given.trim_end(), "server {server} runs with {started}");
        let status = status(&panel.host, &server.to_string());
        assert_eq!(status["spec_changed"], true, "{status}");
    }
}

#[test]
fn proof5_no_job_is_lost_or_doubled_by_a_kill_and_each_can_be_asked_for_again() {
    let panel = Panel::new();
    let host = &panel.host;
    only(host, 1);
    let servers = panel.servers(["Friday", "Saturday"]);
    let [mut down, mut up] = servers;
    // The panel would restart them for each new build, as nobody plays.
    for server in servers {
        assert_eq!(panel.post(&format!("/servers/{server}/care"), &[]).status, 303);
    }
    panel.done(up, "start");
    let (mut interrupted, mut kinds) = (0, std::collections::BTreeSet::new());
    for round in 0..ROUNDS {
        order(host, &format!("build {}", round + 2));
        // Each start has a spec of its own, so that it can be told from the others.
        let blueprint = panel.value(&format!("SELECT blueprint_id FROM servers WHERE id = {down}"));
        let port = panel.value(&format!("SELECT port FROM servers WHERE id = {down}"));
        let name = panel.value(&format!("SELECT name FROM servers WHERE id = {down}"));
        let settings =
            [("name", &*name), ("hostname", &format!("round {round}")), ("blueprint", &blueprint), ("port", &port)];
        let saved = panel.post(&format!("/servers/{down}/settings"), &settings);
        assert_eq!(saved.status, 303, "{}", saved.body);
        let before = panel.value("SELECT max(id) FROM jobs");
        let asked = ["install", "start", "stop"];
        assert_eq!(panel.post("/admin/install", &[]).status, 303);
        panel.press(down, "start");
        panel.press(up, "stop");
        // Both what the panel did alone, and it with all that it had started.
        kill(&panel, if round % 2 == 0 { "main" } else { "all" }, &before, 1 + round * 4);
        panel.quiet();

        let jobs = panel.value(&format!("SELECT kind, state, id FROM jobs WHERE id > {before} ORDER BY id"));
        let jobs: Vec<Vec<&str>> = jobs.lines().map(|job| job.split('\t').collect()).collect();
        assert_eq!(jobs.iter().map(|job| job[0]).collect::<Vec<_>>(), asked, "round {round}");
        for server in servers {
            agrees(&panel, server);
        }
        for job in &jobs {
            let (kind, state, id) = (job[0], job[1], job[2]);
            let log = panel.log(id);
            match state {
                "succeeded" => assert!(!log.contains("The panel ended"), "{log}"),
                "interrupted" => {
                    assert_eq!(log.matches("The panel ended while this ran").count(), 1, "{log}");
                    interrupted += 1;
                    kinds.insert(kind.to_owned());
                    let again = panel.make(&format!("/jobs/{id}/retry"), &[]).to_string();
                    assert_eq!(panel.over(&again), "succeeded", "{}", panel.log(&again));
                }
                other => panic!("round {round}: job {id} ({kind}) is {other}: {log}"),
            }
            // Complete and in order, as far as it came.
            let lines =
                panel.value(&format!("SELECT count(*), coalesce(max(seq), 0) FROM job_lines WHERE job_id = {id}"));
            let (count, last) = lines.split_once('\t').unwrap();
            assert_eq!(count, last);
        }
        assert_eq!(current(host), round + 2);
        for (server, unit) in [(down, "active"), (up, "inactive")] {
            agrees(&panel, server);
            assert_eq!(host.sh(&format!("systemctl is-active left4me-server@{server} || true")), unit);
        }
        let (stored, started) = (
            panel.value(&format!("SELECT started_spec FROM servers WHERE id = {down}")),
            host.sh(&format!("cat /var/lib/left4me/instances/{down}/started.yaml")),
        );
        assert_eq!(stored.trim_end(), started.trim_end(), "round {round}");
        assert!(started.contains(&format!("round {round}")), "{started}");
        (down, up) = (up, down);
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["install", "start", "stop"], "{interrupted} were interrupted");
    host.ok(&["gc"]);
    whole(host);
    for server in servers {
        host.ok(&["delete", &server.to_string()]);
    }
}
