//! What holds for every kind: names, locks, leftovers, deleting, and the status.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use insta::assert_snapshot;
use rstest::rstest;

use super::script::{fifo, wait_for};
use super::{build, nothing_left, published, script, script_yaml, stderr, stdout};
use crate::fake_host::{FakeHost, give_away};
use crate::golden;

#[test]
fn a_plain_directory_is_not_replaced() {
    let host = FakeHost::new();
    host.write("root/overlays/5/left4dead2/x", "mine");
    for arguments in [&["overlay", "build", "5", "-f", "-"][..], &["overlay", "delete", "5"]] {
        let refused = host.l4d2ctl(arguments).write_stdin("kind: links\nfiles: {}\n").assert().code(73);
        let path = host.root("overlays/5");
        let sentence =
            format!("{} is a plain directory: move it away before an overlay of that name is built", path.display());
        assert_eq!(stderr(&refused), format!("l4d2ctl: {sentence}\n"));
    }
    assert_eq!(fs::read_to_string(host.root("overlays/5/left4dead2/x")).unwrap(), "mine");
    assert!(!host.root("builds").exists());
}

#[rstest]
#[case("competitive/base")]
#[case("installation")]
#[case("../5")]
#[case("")]
fn a_name_that_is_none_is_refused(#[case] name: &str) {
    let host = FakeHost::new();
    host.l4d2ctl(&["overlay", "build", name, "-f", "-"]).write_stdin("kind: links\nfiles: {}\n").assert().code(2);
    host.l4d2ctl(&["overlay", "delete", name]).assert().code(2);
}

#[test]
fn a_bad_build_file_is_refused_before_anything_is_done() {
    let host = FakeHost::new();
    let refused = build(&host, "kind: script\n").code(65);
    let sentence =
        "build file standard input: line 1, column 1: script is missing: add `script: |` and the lines of the script";
    assert_eq!(stderr(&refused), format!("l4d2ctl: {sentence}\n"));
    build(&host, &"x".repeat((4 << 20) + 1)).code(65);
    let missing = host.l4d2ctl(&["overlay", "build", "5", "-f", "/nowhere"]).assert().code(74);
    assert!(stderr(&missing).starts_with("l4d2ctl: build file /nowhere cannot be opened"), "{}", stderr(&missing));
    assert!(!host.root("builds").exists());
    let warned = build(&host, "kind: links\nfile: x\nfiles: {}\n").success();
    assert_eq!(stderr(&warned), "warning: unknown key \"file\" is ignored; the nearest known one is \"files\"\n");
}

#[test]
fn what_a_killed_build_left_running_is_stopped_first() {
    let host = FakeHost::new();
    host.set_unit("left4me-build@5.service", "activating start");
    host.set_unit("left4me-build@6.service", "activating start");
    let done = script(&host, "echo x >x").success();
    assert!(stdout(&done).starts_with("step: stopped the build of an l4d2ctl that was killed\nstep: building\n"));
    host.write("root/system/run/mounted/build-5", "");
    build(&host, "kind: links\nfiles: {}\n").success();
    let calls = ["stop-build 5", "start-build 5", "stop-build 5"];
    assert_eq!(host.root_calls(), calls.map(|call| format!("left4me-systemctl {call}")));
}

#[test]
fn one_build_at_a_time_and_nothing_else_meanwhile() {
    let host = FakeHost::new();
    script(&host, "echo one >one").success();
    let ready = fifo(&host);
    host.write("build.yaml", &script_yaml("", "echo two >two; echo >$HOST/ready; read go <$HOST/ready"));
    let file = host.path().join("build.yaml");
    give_away(&host.root(""));
    let mut child = host.spawn(&["overlay", "build", "5", "-f", file.to_str().unwrap()]);
    wait_for(&ready);
    for arguments in [&["overlay", "build", "5", "-f", "-"][..], &["overlay", "delete", "5"]] {
        let refused = host.l4d2ctl(arguments).write_stdin("kind: links\nfiles: {}\n").assert().code(75);
        assert_eq!(stderr(&refused), "l4d2ctl: a build of 5 is under way: wait for it to end\n");
    }
    let status = status(&host, "5");
    assert_eq!((&status["building"], &status["files"]), (&true.into(), &1.into()));
    // Another one is no hindrance, and a collection keeps what the build lies on.
    host.l4d2ctl(&["overlay", "build", "6", "-f", "-"]).write_stdin("kind: links\nfiles: {}\n").assert().success();
    host.l4d2ctl(&["gc"]).assert().success();
    assert!(host.root("builds/5/upper/two").exists() && host.root("trees/overlay/5/1/one").exists());
    fs::write(&ready, "go\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(published(&host), Some(2));
}

fn status(host: &FakeHost, reference: &str) -> serde_json::Value {
    let status = host.l4d2ctl(&["overlay", "status", reference, "--json"]).assert().success();
    serde_json::from_str(&stdout(&status)).unwrap()
}

#[test]
fn deleting_takes_the_name_at_once_and_the_trees_when_nobody_needs_them() {
    let host = FakeHost::new();
    host.publish(1, &[("srcds_run", "")]);
    script(&host, "echo x >x").success();
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin("port: 27015\noverlays: [5]\n").assert().success();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    let done = host.l4d2ctl(&["overlay", "delete", "5"]).assert().success().stderr("");
    assert_eq!(stdout(&done), "step: removing\n");
    assert!(fs::symlink_metadata(host.root("overlays/5")).is_err() && !host.root("builds/5").exists());
    assert!(host.root("trees/overlay/5/1/x").exists(), "a server runs on it");
    host.l4d2ctl(&["overlay", "status", "5"]).assert().code(66);
    host.l4d2ctl(&["stop", "alpha"]).assert().success();
    assert!(!host.root("trees/overlay/5").exists());
    let again = host.l4d2ctl(&["overlay", "delete", "5"]).assert().success().stderr("");
    assert_eq!(stdout(&again), "");
    host.l4d2ctl(&["overlay", "delete", "never"]).assert().success();
}

#[test]
fn deleting_takes_what_a_killed_build_left() {
    let host = FakeHost::new();
    script(&host, "echo x >x").success();
    host.write("root/builds/5/upper/half", "");
    host.write("root/builds/5/pins", "trees/overlay/5/1\n");
    host.set_unit("left4me-build@5.service", "activating start");
    give_away(&host.root(""));
    let done = host.l4d2ctl(&["overlay", "delete", "5"]).assert().success();
    assert_eq!(stdout(&done), "step: stopped the build of an l4d2ctl that was killed\nstep: removing\n");
    for path in ["builds/5", "trees/overlay/5", "overlays/5"] {
        assert!(fs::symlink_metadata(host.root(path)).is_err(), "{path}");
    }
    assert_eq!(host.unit("left4me-build@5.service"), None);
}

#[test]
fn a_link_of_somebody_else_is_neither_followed_nor_deleted() {
    let host = FakeHost::new();
    host.write("root/elsewhere/x", "x");
    symlink("../elsewhere", host.root("overlays/5")).unwrap();
    build(&host, "kind: links\nfiles: {}\n").code(65);
    let refused = host.l4d2ctl(&["overlay", "delete", "5"]).assert().code(65);
    assert!(stderr(&refused).contains("which is not a published tree of it"), "{}", stderr(&refused));
    assert!(host.root("overlays/5/x").exists());
    // One whose tree is gone is ours, and is mended or deleted.
    fs::remove_file(host.root("overlays/5")).unwrap();
    symlink("../trees/overlay/5/7", host.root("overlays/5")).unwrap();
    host.l4d2ctl(&["overlay", "status", "5"]).assert().code(65);
    build(&host, "kind: links\nfiles: {}\n").success();
    assert_eq!(published(&host), Some(1));
    fs::remove_dir_all(host.root("trees/overlay/5")).unwrap();
    host.l4d2ctl(&["overlay", "delete", "5"]).assert().success();
    assert!(fs::symlink_metadata(host.root("overlays/5")).is_err());
}

#[test]
fn a_collection_drops_what_a_killed_build_left() {
    let host = FakeHost::new();
    script(&host, "echo one >x").success();
    host.write("root/builds/5/upper/half", "");
    host.write("root/builds/5/pins", "trees/overlay/5/1\n");
    host.write("root/builds/5/script", "");
    give_away(&host.root(""));
    // Its unit is up: somebody is about to stop it.
    host.set_unit("left4me-build@5.service", "activating start");
    host.l4d2ctl(&["gc"]).assert().success();
    assert!(host.root("builds/5/upper/half").exists());
    host.set_unit("left4me-build@5.service", "failed failed");
    host.l4d2ctl(&["gc"]).assert().success();
    nothing_left(&host);
    // What only has to be published is kept: the next build does that.
    host.write("root/builds/5/publish/x", "two");
    host.write("root/builds/5/pins", "trees/overlay/5/1\n");
    give_away(&host.root(""));
    host.l4d2ctl(&["gc"]).assert().success();
    script(&host, "true").success();
    assert_eq!((published(&host), super::read(&host, "x").as_str()), (Some(2), "two"));
}

#[test]
fn what_cannot_be_published_keeps_nobody_from_deleting() {
    let host = FakeHost::new();
    script(&host, "echo one >x").success();
    host.write("root/builds/5/publish/x", "two");
    host.write("root/builds/5/pins", "trees/overlay/5/1\n");
    give_away(&host.root(""));
    let trees = host.root("trees/overlay/5");
    fs::set_permissions(&trees, fs::Permissions::from_mode(0o555)).unwrap();
    let done = host.l4d2ctl(&["overlay", "delete", "5"]).assert().success();
    assert!(stderr(&done).contains("could not be published and goes"), "{}", stderr(&done));
    assert!(fs::symlink_metadata(host.root("overlays/5")).is_err() && !host.root("builds/5").exists());
    fs::set_permissions(&trees, fs::Permissions::from_mode(0o755)).unwrap();
    script(&host, "echo three >x").success();
    assert_eq!(super::read(&host, "x"), "three\n");
}

#[test]
fn the_status_of_an_overlay() {
    let host = FakeHost::new();
    script(&host, "mkdir d; echo x >d/x; truncate -s 100000 d/sparse; ln -s x d/link").success();
    script(&host, "mkdir d; echo y >d/y").success();
    let at = status(&host, "5")["published_at"].as_i64().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((0..60).contains(&(i64::try_from(now).unwrap() - at)), "{at}");
    let json = host.l4d2ctl(&["overlay", "status", "5", "--json"]).assert().success();
    golden::check("overlay_status.json", &stdout(&json).replace(&at.to_string(), "1793620800"));
    let text = stdout(&host.l4d2ctl(&["overlay", "status", "5"]).assert().success());
    let age = text.lines().find(|line| line.starts_with("published")).unwrap();
    assert_snapshot!(text.replace(age, "published  1 s ago"), @r"
    overlay    5
    tree       trees/overlay/5/2
    published  1 s ago
    holds      3 files, 100.0 kB
    ");
}

#[test]
fn the_status_of_a_plain_directory() {
    let host = FakeHost::new();
    host.write("root/overlays/competitive/base/cfg/x", "1234");
    let expected = serde_json::json!({
        "reference": "competitive/base", "tree": null, "published_at": null, "files": 1, "bytes": 4, "building": false
    });
    assert_eq!(status(&host, "competitive/base"), expected);
    assert_snapshot!(stdout(&host.l4d2ctl(&["overlay", "status", "competitive/base"]).assert().success()), @r"
    overlay  competitive/base
    tree     a plain directory
    holds    1 file, 4 B
    ");
    let missing = host.l4d2ctl(&["overlay", "status", "nothing"]).assert().code(66);
    let sentence = "overlay nothing does not exist: it was never built, and no directory below overlays/ has its name";
    assert_eq!(stderr(&missing), format!("l4d2ctl: {sentence}\n"));
}
