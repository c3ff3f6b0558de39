//! `status`, `list`, `logs` and `watch` as somebody calls them, on a host that is not there.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use insta::assert_snapshot;
use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::fake_host::{FakeHost, give_away};
use crate::{golden, sandbox};

/// A host with an overlay, a plain directory and a server that uses both and was never started.
fn host() -> FakeHost {
    let host = FakeHost::new();
    host.publish(1, &[("srcds_run", "")]);
    overlay(&host, "maps", 1);
    host.write("root/overlays/competitive/base/left4dead2/cfg/server.cfg", "sv_cheats 0\n");
    give_away(&host.root(""));
    let spec = "port: 27015\noverlays: [maps, competitive/base]\n";
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin(spec).assert().success();
    host
}

/// Publishes an overlay.
fn overlay(host: &FakeHost, id: &str, number: u32) {
    host.write(&format!("root/trees/overlay/{id}/{number}/left4dead2/maps/{id}.bsp"), id);
    let link = host.root(&format!("overlays/{id}"));
    let _ = fs::remove_file(&link);
    symlink(format!("../trees/overlay/{id}/{number}"), &link).unwrap();
    give_away(&host.root(""));
}

/// Writes a record as the mount helper does.
fn record(host: &FakeHost, unit: &str, text: &str) {
    host.write(&format!("root/system/run/last/.{unit}"), text);
    fs::rename(host.root(&format!("system/run/last/.{unit}")), host.root(&format!("system/run/last/{unit}"))).unwrap();
}

/// A time in the past, as a record has it.
fn ago(seconds: u64) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - seconds
}

fn output(host: &FakeHost, arguments: &[&str]) -> String {
    let output = host.l4d2ctl(arguments).assert().success().get_output().clone();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_status_of_a_server_that_runs_on_old_layers() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    record(&host, "left4me-server@alpha", "started=1793620800\n");
    host.publish(2, &[("srcds_run", "new")]);
    overlay(&host, "maps", 2);
    golden::check("status.json", &output(&host, &["status", "alpha", "--json"]));
    record(&host, "left4me-server@alpha", &format!("started={}\n", ago(7_530)));
    assert_snapshot!(output(&host, &["status", "alpha"]), @r"
    alpha    running for 2 h 5 min
    port     27015
    at boot  starts
    layers   trees/overlay/maps/1, now trees/overlay/maps/2
             overlays/competitive/base
             trees/installation/1, now trees/installation/2
    stale    `l4d2ctl restart alpha` applies what is published now
    warning  overlay competitive/base is a plain directory: nothing in it may change while the server runs, and a change does not show as stale
    ");
}

#[test]
fn the_status_of_a_server_that_reached_the_start_limit() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host.set_unit("left4me-server@alpha.service", "failed failed");
    record(
        &host,
        "left4me-server@alpha",
        "started=1793620800\nended=1793620805\nresult=core-dump\ncode=dumped\nstatus=SEGV\n",
    );
    let status: serde_json::Value = serde_json::from_str(&output(&host, &["status", "alpha", "--json"])).unwrap();
    assert_eq!(
        (status["state"].as_str(), status["stale"].as_bool(), status["ended_at"].as_u64()),
        (Some("failed"), Some(false), Some(1_793_620_805))
    );
    assert_snapshot!(status["reason"].as_str().unwrap(), @"the start limit was reached: 5 starts within 10 minutes; the last time it crashed with signal SEGV; `l4d2ctl start alpha` tries again");
}

#[test]
fn the_status_of_all_servers_asks_systemd_once() {
    let host = host();
    for (name, port) in [("bravo", 27016), ("charlie", 27017), ("delta", 27018), ("echo", 27019)] {
        let spec = format!("port: {port}\n");
        host.l4d2ctl(&["initialize", name, "-f", "-"]).write_stdin(spec).assert().success();
    }
    for name in ["alpha", "bravo", "charlie"] {
        host.l4d2ctl(&["start", name]).assert().success();
    }
    host.set_unit("left4me-server@bravo.service", "activating auto-restart");
    host.set_unit("left4me-server@charlie.service", "failed failed");
    let crash = |seconds| format!("started=1\nended={}\nresult=signal\ncode=killed\nstatus=SEGV\n", ago(seconds));
    record(&host, "left4me-server@alpha", &format!("started={}\n", ago(130)));
    record(&host, "left4me-server@bravo", &crash(130));
    record(&host, "left4me-server@charlie", &crash(90_000));
    fs::write(host.root("instances/delta/spec.yaml"), "port: [\n").unwrap();
    let before = host.calls().len();
    let table = output(&host, &["status", "--all"]);
    assert_eq!(host.calls()[before..], ["systemctl list-units --all --no-pager --output=json left4me-*"]);
    assert_snapshot!(table, @r"
    NAME     STATE          PORT  AT BOOT  SINCE    REMARKS
    alpha    running       27015  starts   2 min    1 warning
    bravo    restarting    27016  starts   2 min    it crashed with signal SEGV, and systemd starts it again in a moment
    charlie  failed        27017  starts   1 d 1 h  the start limit was reached: 5 starts within 10 minutes; the last time it crashed with signal SEGV; `l4d2ctl start charlie` tries again
    delta    stopped     unknown  -        -        1 warning
    echo     stopped       27019  -        -
    ");
    host.l4d2ctl(&["stop", "bravo"]).assert().success();
    for name in ["alpha", "charlie"] {
        record(&host, &format!("left4me-server@{name}"), "started=1793620800\n");
    }
    fs::remove_file(host.root("instances/delta/spec.yaml")).unwrap();
    fs::remove_file(host.root("system/run/last/left4me-server@bravo")).unwrap();
    golden::check("status_all.json", &output(&host, &["status", "--all", "--json"]));
}

#[test]
fn a_server_that_does_not_exist() {
    let host = host();
    for arguments in [["status", "nobody"].as_slice(), &["logs", "nobody"], &["files", "nobody"]] {
        let error = host.l4d2ctl(arguments).assert().code(66).get_output().stderr.clone();
        let error = String::from_utf8(error).unwrap();
        assert!(error.starts_with("l4d2ctl: server nobody does not exist: "), "{error}");
    }
    host.l4d2ctl(&["status"]).assert().code(2);
    host.l4d2ctl(&["status", "alpha", "--all"]).assert().code(2);
}

#[test]
fn what_cannot_be_read_is_a_warning() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    fs::remove_file(host.root("overlays/maps")).unwrap();
    fs::write(host.root("instances/alpha/pins"), "trees/../etc\n").unwrap();
    let status = output(&host, &["status", "alpha"]);
    assert_snapshot!(status.replace(host.path().to_str().unwrap(), "HOST"), @r#"
    alpha    running
    port     27015
    at boot  starts
    layers   maps is missing
             overlays/competitive/base, from the next start on
             trees/installation/1, from the next start on
    warning  HOST/root/instances/alpha/pins is not a list of layers: layer "trees/../etc" is not valid: expected trees/installation/<n>, trees/overlay/<name>/<n> or overlays/<reference>
    warning  overlay "maps" does not exist: neither a published overlay nor a directory below HOST/root/overlays
    warning  overlay competitive/base is a plain directory: nothing in it may change while the server runs, and a change does not show as stale
    "#);
    fs::write(host.root("instances/alpha/spec.yaml"), "port: 0\n").unwrap();
    let status: serde_json::Value = serde_json::from_str(&output(&host, &["status", "alpha", "--json"])).unwrap();
    assert!(status["port"].is_null() && status["stale"] == false && status["warnings"].as_array().unwrap().len() == 2);
}

/// What `status` says of alpha: its port, the one that it runs with, whether it is stale, whether its spec has changed.
fn applied(host: &FakeHost) -> (Option<u64>, Option<u64>, Option<bool>, Option<bool>) {
    let status: serde_json::Value = serde_json::from_str(&output(host, &["status", "alpha", "--json"])).unwrap();
    let number = |key: &str| status[key].as_u64();
    (number("port"), number("running_port"), status["stale"].as_bool(), status["spec_changed"].as_bool())
}

#[rstest]
#[case::port("port: 27020\noverlays: [maps, competitive/base]\n", 27_020, false, true)]
#[case::overlays("port: 27015\noverlays: [maps]\n", 27_015, true, true)]
#[case::arguments(
    "port: 27015\noverlays: [maps, competitive/base]\narguments: [-tickrate, 100]\n",
    27_015,
    false,
    true
)]
#[case::config("port: 27015\noverlays: [maps, competitive/base]\nconfig: [sv_cheats 1]\n", 27_015, false, true)]
#[case::words("{overlays: [maps, competitive/base], port: 27015}\n", 27_015, false, false)]
fn a_new_spec_shows_as_not_applied(#[case] spec: &str, #[case] port: u64, #[case] stale: bool, #[case] changed: bool) {
    let host = host();
    let initialize =
        || host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin(spec.to_owned()).assert().success();
    assert_eq!(applied(&host), (Some(27_015), None, Some(false), Some(false)));
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    assert_eq!(applied(&host), (Some(27_015), Some(27_015), Some(false), Some(false)));
    initialize();
    assert_eq!(applied(&host), (Some(port), Some(27_015), Some(stale), Some(changed)));
    let said = "`l4d2ctl restart alpha` applies the new spec";
    assert_eq!(output(&host, &["status", "alpha"]).contains(said), changed);
    assert_eq!(output(&host, &["status", "--all"]).contains("spec changed: restart to apply"), changed);
    host.l4d2ctl(&["restart", "alpha"]).assert().success();
    assert_eq!(applied(&host), (Some(port), Some(port), Some(false), Some(false)));
    host.l4d2ctl(&["stop", "alpha"]).assert().success();
    assert_eq!(applied(&host), (Some(port), None, Some(false), Some(false)));
}

#[test]
fn a_server_that_an_older_version_started_is_judged_by_its_arguments() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    fs::remove_file(host.root("instances/alpha/started.yaml")).unwrap();
    assert_eq!(applied(&host), (Some(27_015), Some(27_015), Some(false), Some(false)));
    let spec = "port: 27020\noverlays: [maps, competitive/base]\n";
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin(spec).assert().success();
    assert_eq!(applied(&host), (Some(27_020), Some(27_015), Some(false), Some(true)));
}

#[test]
fn the_record_of_a_deleted_server_is_not_that_of_the_next_one_with_its_name() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host.set_unit("left4me-server@alpha.service", "failed failed");
    let crashed = "started=1793620800\nended=1793620860\nresult=signal\ncode=killed\nstatus=SEGV\n";
    record(&host, "left4me-server@alpha", crashed);
    assert!(output(&host, &["status", "alpha"]).contains("crashed with signal SEGV"));
    host.l4d2ctl(&["delete", "alpha"]).assert().success();
    host.write("root/now", "");
    // File systems tell times in steps of some milliseconds.
    let written = |path: &str| fs::metadata(host.root(path)).unwrap().modified().unwrap();
    while written("now") <= written("system/run/last/left4me-server@alpha") {
        host.write("root/now", "");
    }
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin("port: 27015\n").assert().success();
    let status: serde_json::Value = serde_json::from_str(&output(&host, &["status", "alpha", "--json"])).unwrap();
    assert_eq!((&status["started_at"], &status["result"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(status["reason"], "it has not been started since the machine booted");
    record(&host, "left4me-server@alpha", "started=1793620900\n");
    let (mut child, mut lines) = spawn(&host, &["watch"]);
    assert!(line(&mut lines).contains("\"started_at\":1793620900,"));
    drop(lines);
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_a_collection_did() {
    let host = host();
    host.publish(2, &[("srcds_run", "new")]);
    // What is freed depends on the file system.
    let printed: serde_json::Value = serde_json::from_str(&output(&host, &["gc", "--json"])).unwrap();
    let freed = printed["freed_bytes"].as_u64().unwrap();
    golden::check("gc.json", &printed.to_string().replace(&format!(":{freed}"), ":4096"));
}

#[test]
fn servers_are_listed() {
    let host = host();
    host.l4d2ctl(&["initialize", "bravo", "-f", "-"]).write_stdin("port: 27016\n").assert().success();
    host.l4d2ctl(&["start", "bravo"]).assert().success();
    assert_eq!(output(&host, &["list"]), "alpha\nbravo\n");
    golden::check("list.json", &output(&host, &["list", "--json"]));
    assert_eq!(output(&FakeHost::new(), &["list"]), "");
}

/// `l4d2ctl`, running, with its output on a pipe.
fn spawn(host: &FakeHost, arguments: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let path = format!("{}:/usr/bin:/bin", host.path().join("bin").display());
    let mut child = sandbox::command(env!("CARGO_BIN_EXE_l4d2ctl"))
        .env("PATH", path)
        .env("LEFT4ME_ROOT", host.root(""))
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

fn line(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line
}

#[test]
fn every_change_is_watched_until_nobody_reads() {
    let host = FakeHost::new();
    record(&host, "left4me-server@alpha", "started=1793620800\n");
    let (mut child, mut lines) = spawn(&host, &["watch"]);
    let mut text = line(&mut lines);
    let ended = "started=1793620800\nended=1793620860\nresult=signal\ncode=killed\nstatus=SEGV\n";
    record(&host, "left4me-server@alpha", ended);
    text += &line(&mut lines);
    host.write("root/system/run/last/.left4me-server@bravo", "half");
    record(&host, "left4me-steamcmd", "started=1793620900\nended=1793620960\nresult=success\ncode=exited\nstatus=0\n");
    text += &line(&mut lines);
    golden::check("watch.json", &text);
    drop(lines);
    assert!(child.wait().unwrap().success());
}

#[test]
fn watching_ends_with_the_records() {
    let host = FakeHost::new();
    record(&host, "left4me-server@alpha", "started=1793620800\n");
    let (mut child, mut lines) = spawn(&host, &["watch"]);
    line(&mut lines);
    fs::remove_dir_all(host.root("system/run/last")).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(69));
    host.l4d2ctl(&["watch"]).assert().code(69);
}

const ENTRIES: &str = concat!(
    r#"{"__CURSOR":"s=1;i=1","__REALTIME_TIMESTAMP":"1793620800000001","MESSAGE":"Connection to Steam servers successful."}"#,
    "\n",
    r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1793620800000002","MESSAGE":[27,91,50,74,255,111,119,110,101,100]}"#,
    "\n",
);

#[test]
fn a_log_is_printed() {
    let host = host();
    host.write("journal/alpha", ENTRIES);
    let lines = "Connection to Steam servers successful.\n\u{1b}[2J\u{fffd}owned\n";
    assert_eq!(output(&host, &["logs", "alpha", "--lines", "5", "--no-follow"]), lines);
    assert_eq!(host.root_calls(), ["left4me-journalctl alpha --lines 5 --no-follow"]);
    golden::check("logs.json", &output(&host, &["logs", "alpha", "--json"]));
    assert_eq!(host.root_calls()[1], "left4me-journalctl alpha --lines 200 --follow");
    host.l4d2ctl(&["logs", "alpha", "--lines", "x"]).assert().code(2);
    host.fail("left4me-journalctl alpha --lines 200 --follow", 71, "no journal");
    host.l4d2ctl(&["logs", "alpha"]).assert().code(71);
}

#[test]
fn a_terminal_gets_no_control_characters() {
    let host = host();
    host.write("journal/alpha", ENTRIES);
    let l4d2ctl = format!("{} logs alpha --no-follow", env!("CARGO_BIN_EXE_l4d2ctl"));
    let path = format!("{}:/usr/bin:/bin", host.path().join("bin").display());
    let mut script = sandbox::command("script");
    script.env("PATH", path).env("LEFT4ME_ROOT", host.root("")).args(["-qec", &l4d2ctl, "/dev/null"]);
    let output = script.output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "Connection to Steam servers successful.\r\n\\u{1b}[2J\u{fffd}owned\r\n"
    );
}

#[test]
fn a_silent_log_keeps_nothing_alive_when_nobody_reads() {
    let host = host();
    let journal = host.path().join("journal/alpha");
    mknodat(CWD, &journal, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    give_away(&journal);
    let (mut child, mut lines) = spawn(&host, &["logs", "alpha"]);
    // Opened for both, so that this does not wait for the reader.
    let mut writer = fs::File::options().read(true).write(true).open(&journal).unwrap();
    writer.write_all(ENTRIES.as_bytes()).unwrap();
    assert_eq!(line(&mut lines), "Connection to Steam servers successful.\n");
    drop(lines);
    assert!(child.wait().unwrap().success());
}
