//! `files` and `overlay files` as somebody calls them, on a host that is not there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use insta::assert_snapshot;
use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, XattrFlags, mknodat, setxattr};

use crate::fake_host::{FakeHost, give_away};
use crate::golden;

/// A server with two overlays, whose own layer hides, replaces and adds.
fn host() -> FakeHost {
    let host = FakeHost::new();
    for path in ["srcds_run", "left4dead2/gameinfo.txt", "left4dead2/cfg/old.cfg", "left4dead2/addons/game.vpk"] {
        host.write(&format!("root/trees/installation/1/{path}"), "game");
    }
    host.write("root/trees/overlay/maps/1/left4dead2/addons/maps.vpk", "maps");
    host.write("root/trees/overlay/maps/1/left4dead2/gameinfo.txt", "maps");
    host.write("root/overlays/mods/base/left4dead2/addons/maps.vpk", "mods");
    host.write("root/overlays/mods/base/left4dead2/cfg/mods.cfg", "mods");
    symlink("../trees/overlay/maps/1", host.root("overlays/maps")).unwrap();
    symlink("trees/installation/1", host.root("installation")).unwrap();
    let upper = host.root("runtime/alpha/upper/left4dead2");
    host.write("root/runtime/alpha/upper/left4dead2/cfg/server.cfg", "upper");
    host.write("root/runtime/alpha/upper/left4dead2/logs/l.log", "upper");
    host.write("root/runtime/alpha/upper/left4dead2/locked/in/here", "upper");
    mknodat(CWD, upper.join("gone.txt"), FileType::CharacterDevice, Mode::from_raw_mode(0), 0).unwrap();
    mknodat(CWD, upper.join("pipe"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    host.write("root/trees/installation/1/left4dead2/gone.txt", "game");
    setxattr(upper.join("cfg"), "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
    symlink("/etc/passwd", upper.join("link")).unwrap();
    symlink("cfg", upper.join("dirlink")).unwrap();
    fs::write(upper.join(OsStr::from_bytes(b"bad\xff")), "upper").unwrap();
    give_away(&host.root(""));
    let spec = "port: 27015\noverlays: [maps, mods/base]\n";
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin(spec).assert().success();
    host
}

fn output(host: &FakeHost, arguments: &[&str]) -> String {
    let output = host.l4d2ctl(arguments).assert().success().get_output().clone();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    String::from_utf8(output.stdout).unwrap()
}

/// Sets when a file was changed, so that a listing is the same in each run.
fn set_time(path: &Path) {
    File::open(path).unwrap().set_modified(UNIX_EPOCH + Duration::from_hours(498_228)).unwrap();
}

#[test]
fn a_directory_is_merged_from_all_layers() {
    let host = host();
    for path in ["root/trees/overlay/maps/1", "root/overlays/mods/base", "root/trees/installation/1"] {
        let below = host.path().join(path).join("left4dead2");
        for path in ["gameinfo.txt", "addons/maps.vpk", "addons/game.vpk", "addons"] {
            if below.join(path).exists() {
                set_time(&below.join(path));
            }
        }
    }
    assert_snapshot!(output(&host, &["files", "alpha", "left4dead2/addons/"]), @r"
    0644  4  2026-11-02 12:00Z  installation  game.vpk
    0644  4  2026-11-02 12:00Z  maps          maps.vpk
    ");
    assert_eq!(output(&host, &["files", "alpha", "left4dead2/addons/maps.vpk", "--cat"]), "maps");
    assert_eq!(output(&host, &["files", "alpha", "left4dead2/gameinfo.txt", "--cat"]), "maps");
    for (from, rest) in [("0", "maps"), ("1", "aps"), ("4", ""), ("9", "")] {
        assert_eq!(output(&host, &["files", "alpha", "left4dead2/gameinfo.txt", "--cat", "--from", from]), rest);
    }
    golden::check("files.json", &output(&host, &["files", "alpha", "/left4dead2/addons", "--json", "--limit", "1"]));
    assert_snapshot!(output(&host, &["files", "alpha", "left4dead2/addons", "--limit", "1"]), @r"
    0644  4  2026-11-02 12:00Z  installation  game.vpk
    1 more: --offset 1
    ");
    assert_snapshot!(output(&host, &["files", "alpha", "left4dead2/addons", "--offset", "5"]), @"");
}

/// `name layer` of each entry.
fn names(host: &FakeHost, arguments: &[&str]) -> Vec<String> {
    let listing: serde_json::Value = serde_json::from_str(&output(host, arguments)).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let entries = listing["entries"].as_array().unwrap();
    entries.iter().map(|entry| format!("{} {}", text(&entry["name"]), text(&entry["layer"]))).collect()
}

#[test]
fn whiteouts_opaque_directories_and_odd_names() {
    let host = host();
    assert_eq!(
        names(&host, &["files", "alpha", "left4dead2", "--json"]),
        [
            "addons maps",
            "cfg upper",
            "locked upper",
            "logs upper",
            "bad\u{fffd} upper",
            "dirlink upper",
            "gameinfo.txt maps",
            "link upper",
            "pipe upper",
        ]
    );
    assert_eq!(names(&host, &["files", "alpha", "left4dead2/cfg", "--json"]), ["server.cfg upper"]);
    let json = output(&host, &["files", "alpha", "left4dead2", "--json", "--offset", "4", "--limit", "1"]);
    assert!(json.contains(r#""name_hex":"626164ff""#), "{json}");
    let mut cat = host.l4d2ctl(&["files", "alpha", "--cat"]);
    cat.arg(OsStr::from_bytes(b"left4dead2/bad\xff")).assert().success().stdout("upper");
}

#[test]
fn what_a_program_locked_is_shown() {
    let host = host();
    for path in ["locked/in/here", "locked/in", "locked"] {
        let path = host.root("runtime/alpha/upper/left4dead2").join(path);
        fs::set_permissions(path, PermissionsExt::from_mode(0o000)).unwrap();
    }
    assert_eq!(names(&host, &["files", "alpha", "left4dead2/locked/in", "--json"]), ["here upper"]);
    assert_eq!(output(&host, &["files", "alpha", "left4dead2/locked/in/here", "--cat"]), "upper");
}

#[test]
fn a_running_server_is_shown_on_its_pins() {
    let host = host();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host.publish(2, &[("srcds_run", "new")]);
    assert_eq!(output(&host, &["files", "alpha", "srcds_run", "--cat"]), "game");
    host.l4d2ctl(&["stop", "alpha"]).assert().success();
    assert_eq!(output(&host, &["files", "alpha", "srcds_run", "--cat"]), "new");
}

#[test]
fn a_missing_overlay_is_a_warning() {
    let host = host();
    fs::remove_file(host.root("overlays/maps")).unwrap();
    let json = host.l4d2ctl(&["files", "alpha", "left4dead2/addons", "--json"]).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["total"], 2);
    assert!(json["warnings"][0].as_str().unwrap().starts_with("overlay \"maps\" does not exist"), "{json}");
}

#[test]
fn the_files_of_an_overlay() {
    let host = host();
    assert_eq!(
        names(&host, &["overlay", "files", "maps", "left4dead2", "--json"]),
        ["addons maps", "gameinfo.txt maps"]
    );
    assert_eq!(output(&host, &["overlay", "files", "mods/base", "left4dead2/cfg/mods.cfg", "--cat"]), "mods");
    let error = host.l4d2ctl(&["overlay", "files", "nothing"]).assert().code(66).get_output().stderr.clone();
    assert!(String::from_utf8(error).unwrap().starts_with("l4d2ctl: overlay nothing does not exist"));
    host.l4d2ctl(&["overlay", "files", "../instances"]).assert().code(2);
}

#[rstest]
#[case::up(&["../../etc"], 2, "path \"../../etc\" has `..` in it: give a path from the top, such as left4dead2/cfg")]
#[case::missing(&["left4dead2/nothing"], 66, "left4dead2/nothing does not exist in server alpha")]
#[case::whiteout(&["left4dead2/gone.txt", "--cat"], 66, "left4dead2/gone.txt does not exist in server alpha")]
#[case::opaque(&["left4dead2/cfg/old.cfg", "--cat"], 66, "left4dead2/cfg/old.cfg does not exist in server alpha")]
#[case::file(&["srcds_run"], 65, "srcds_run is a file, not a directory: --cat prints a file")]
#[case::below_file(&["srcds_run/x", "--cat"], 65, "srcds_run is a file, not a directory: --cat prints a file")]
#[case::directory(&["left4dead2", "--cat"], 65, "left4dead2 is a directory: only a regular file can be printed")]
#[case::fifo(&["left4dead2/pipe", "--cat"], 65, "left4dead2/pipe is a fifo: only a regular file can be printed")]
#[case::link(&["left4dead2/link", "--cat"], 65,
    "left4dead2/link is a symbolic link to \"/etc/passwd\", and links are not followed: give the path that it stands for")]
#[case::linked_directory(&["left4dead2/dirlink/server.cfg", "--cat"], 65,
    "left4dead2/dirlink is a symbolic link to \"cfg\", and links are not followed: give the path that it stands for")]
fn refusals(#[case] arguments: &[&str], #[case] code: i32, #[case] sentence: &str) {
    let host = host();
    let all: Vec<&str> = ["files", "alpha"].iter().chain(arguments).copied().collect();
    host.l4d2ctl(&all).assert().code(code).stdout("").stderr(format!("l4d2ctl: {sentence}\n"));
}
