//! Proof 9: every mistake in a spec gets a message of its own, exit code 65, and changes nothing on disk.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rstest::rstest;

use crate::fake_host::FakeHost;

/// Every path below a directory with what tells a change: size, time of change and inode.
fn state(dir: &Path, found: &mut BTreeMap<PathBuf, (u64, i64, i64, u64)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            state(&path, found);
        }
        found.insert(path, (meta.size(), meta.ctime(), meta.ctime_nsec(), meta.ino()));
    }
}

/// A host with two overlays and a server whose spec is good.
fn host() -> FakeHost {
    let host = FakeHost::new();
    host.write("root/overlays/standard/left4dead2/cfg/server.cfg", "");
    host.write("root/overlays/competitive/base/left4dead2/cfg/server.cfg", "");
    host.write("root/overlays/file", "");
    std::os::unix::fs::symlink("/etc", host.root("overlays/link")).unwrap();
    crate::fake_host::give_away(&host.root(""));
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"])
        .write_stdin("port: 27015\noverlays: [standard]\n")
        .assert()
        .success();
    host
}

/// Runs `initialize` on a bad spec, for a new server and for one that has a spec; returns the message.
fn refused(host: &FakeHost, spec: &[u8]) -> String {
    let mut messages = Vec::new();
    for name in ["alpha", "bravo"] {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        state(&host.root(""), &mut before);
        let output = host.l4d2ctl(&["initialize", name, "-f", "-"]).write_stdin(spec).output().unwrap();
        state(&host.root(""), &mut after);
        assert_eq!(output.status.code(), Some(65), "{output:?}");
        assert_eq!(before, after);
        messages.push(String::from_utf8(output.stderr).unwrap());
    }
    assert_eq!(messages[0], messages[1]);
    let message = messages.swap_remove(0);
    assert_eq!(message.lines().count(), 1, "{message}");
    message.trim_end().to_owned()
}

#[rstest]
#[case::empty("", "l4d2ctl: standard input: line 1, column 1: port is missing: add a line such as `port: 27015`")]
#[case::no_port(
    "overlays: []",
    "l4d2ctl: standard input: line 1, column 1: port is missing: add a line such as `port: 27015`"
)]
#[case::port_0(
    "port: 0",
    "l4d2ctl: standard input: line 1, column 7: port: port 0 cannot be used: give a number from 1024 to 63535"
)]
#[case::port_70000(
    "port: 70000",
    "l4d2ctl: standard input: line 1, column 7: port: port 70000 cannot be used: give a number from 1024 to 63535"
)]
#[case::unknown_overlay(
    "port: 27015\noverlays: [nowhere]",
    "l4d2ctl: overlay \"nowhere\" does not exist: neither a published overlay nor a directory below ROOT/overlays"
)]
#[case::overlay_is_a_file(
    "port: 27015\noverlays: [file]",
    "l4d2ctl: overlay \"file\" is not a directory, or is reached through a link: give a real directory"
)]
#[case::overlay_is_a_foreign_link(
    "port: 27015\noverlays: [link]",
    "l4d2ctl: ROOT/overlays/link points at \"/etc\", which is not a published tree of it"
)]
#[case::overlay_behind_a_link(
    "port: 27015\noverlays: [link/ssl]",
    "l4d2ctl: overlay \"link/ssl\" is not a directory, or is reached through a link: give a real directory"
)]
#[case::absolute(
    "port: 27015\noverlays: [/etc]",
    "l4d2ctl: standard input: line 2, column 12: overlays[0]: overlay reference \"/etc\" is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
)]
#[case::dotted(
    "port: 27015\noverlays:\n- standard\n- ../x",
    "l4d2ctl: standard input: line 4, column 3: overlays[1]: overlay reference \"../x\" is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
)]
#[case::twice(
    "port: 27015\noverlays: [standard, standard]",
    "l4d2ctl: standard input: line 2, column 22: overlays[1]: overlay \"standard\" stands twice: keep one"
)]
#[case::inside(
    "port: 27015\noverlays: [competitive, competitive/base]",
    "l4d2ctl: standard input: line 2, column 25: overlays[1]: overlays \"competitive\" and \"competitive/base\" lie one inside the other: keep one"
)]
#[case::duplicate_key(
    "port: 27015\nport: 27016",
    "l4d2ctl: standard input: line 2, column 1: key \"port\" stands twice: keep one"
)]
#[case::newline_in_config(
    "port: 27015\nconfig: [\"sv_cheats 0\\nquit\"]",
    "l4d2ctl: standard input: line 2, column 10: config[0]: config line \"sv_cheats 0\\nquit\" contains '\\n': give each line as an entry of its own, without control characters"
)]
#[case::not_yaml(
    "port: 27015\noverlays: [",
    "l4d2ctl: standard input: line 3, column 1: did not find expected node content, while parsing a flow node"
)]
#[case::not_a_map(
    "- port",
    "l4d2ctl: standard input: line 1, column 1: invalid type: sequence, expected a spec: a map with `port`, `overlays`, `arguments` and `config`"
)]
fn proof9_a_bad_spec_is_refused(#[case] spec: &str, #[case] message: &str) {
    let host = host();
    let root = host.root("").display().to_string();
    assert_eq!(refused(&host, spec.as_bytes()), message.replace("ROOT", root.trim_end_matches('/')));
}

#[test]
fn proof9_every_argument_of_the_unit_is_refused() {
    let host = host();
    for argument in [
        "-game",
        "+ip",
        "-ip",
        "+hostport",
        "-port",
        "-norestart",
        "-autoupdate",
        "-ignoresigint",
        "-notrap",
        "-binary",
        "-gdb",
        "-pidfile",
        "-debug",
        "+sv_lan",
        "+port",
        "+hostname",
        "+rcon_password",
        "+servercfgfile",
        "+clientport",
        "+tv_port",
        "+SV_LAN",
    ] {
        let message = refused(&host, format!("port: 27015\narguments: [-tickrate, 100, \"{argument}\"]").as_bytes());
        let start = format!(
            "l4d2ctl: standard input: line 2, column 29: arguments[2]: argument \"{argument}\" is set by left4me"
        );
        assert!(message.starts_with(&start), "{message}");
    }
    for argument in ["a b", "a\\tb", "\\\"", "'", "a*", "b?", "[c", "\\x01"] {
        let message = refused(&host, format!("port: 27015\narguments: [\"{argument}\"]").as_bytes());
        assert!(
            message.contains("line 2, column 13: arguments[0]: argument ") && message.contains(" contains "),
            "{message}"
        );
    }
}

#[test]
fn proof9_what_is_no_text_or_too_long_is_refused() {
    let host = host();
    let binary = "l4d2ctl: standard input: spec is not text (byte 9 is not UTF-8, or is a control character): a spec is a short YAML file";
    assert_eq!(refused(&host, b"port: 27\xff\xfe"), binary.replace("byte 9", "byte 8"));
    assert_eq!(refused(&host, b"port: 270\0"), binary);
    assert_eq!(
        refused(&host, &vec![b'#'; 1 << 20]),
        "l4d2ctl: standard input: spec is longer than 256 KiB: a spec is a short YAML file with port, overlays, arguments and config"
    );
}

#[test]
fn an_unknown_key_is_a_warning_that_names_the_nearest_one() {
    let host = host();
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"])
        .write_stdin("port: 27015\noverlay: [standard]\n")
        .assert()
        .success()
        .stderr("warning: unknown key \"overlay\" is ignored; the nearest known one is \"overlays\"\n");
}

#[test]
fn a_spec_that_is_no_file_is_refused_at_once() {
    let host = host();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        host.path().join("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o666),
        0,
    )
    .unwrap();
    let output =
        host.l4d2ctl(&["initialize", "alpha", "-f", host.path().join("fifo").to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8(output.stderr).unwrap().contains("is not a regular file"));
}
