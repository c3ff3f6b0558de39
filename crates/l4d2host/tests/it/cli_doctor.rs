//! `doctor` as somebody calls it, on a host that is not there: nothing is wrong, and then one thing after the other.

use std::fs;
use std::os::unix::fs::{PermissionsExt, lchown, symlink};
use std::path::Path;

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fake_host::{FakeHost, give_away};
use crate::golden;

const UNITS: &str = "root/system/usr/local/lib/systemd/system";

/// A host on which all is well and one server runs.
fn host() -> FakeHost {
    let host = FakeHost::new();
    host.publish(1, &[("srcds_run", ""), (".steam/sdk32/steamclient.so", "")]);
    host.write("root/system/proc/sys/kernel/osrelease", "6.12.43+deb13-amd64\n");
    host.write("root/system/proc/sys/user/max_user_namespaces", "31523\n");
    host.write("root/system/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    host.write("root/system/lib/ld-linux.so.2", "");
    for library in ["libc.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"] {
        host.write(&format!("root/system/usr/lib/i386-linux-gnu/{library}"), "");
    }
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/units");
    for unit in [
        "left4me-server@.service",
        "left4me-steamcmd@.service",
        "left4me-build@.service",
        "left4me-clear-build@.service",
        "left4me-clear@.service",
        "left4me-web.service",
        "left4me-nftables.service",
    ] {
        host.write(&format!("{UNITS}/{unit}"), &fs::read_to_string(deploy.join(unit)).unwrap());
    }
    for slice in ["l4d2.slice", "l4d2-game.slice", "l4d2-build.slice"] {
        host.write(&format!("{UNITS}/{slice}"), &fs::read_to_string(deploy.join(slice)).unwrap());
    }
    for program in ["left4me-overlay", "left4me-systemctl", "left4me-journalctl", "left4me-exec"] {
        host.write(&format!("root/system/usr/local/libexec/left4me/{program}"), "");
        executable(&host, &format!("usr/local/libexec/left4me/{program}"));
    }
    let dropin = "[Service]\nEnvironment=LEFT4ME_STEAMCMD=/usr/games/steamcmd\n";
    host.write("root/system/etc/systemd/system/left4me-steamcmd@.service.d/10-steamcmd.conf", dropin);
    host.write("root/system/usr/games/steamcmd", "");
    executable(&host, "usr/games/steamcmd");
    host.set_unit("left4me-nftables.service", "active exited");
    host.set_unit("left4me-web.service", "active running");
    give_away(&host.root(""));
    server(&host, "alpha", "port: 27015\n");
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host
}

fn executable(host: &FakeHost, path: &str) {
    fs::set_permissions(host.root(&format!("system/{path}")), PermissionsExt::from_mode(0o755)).unwrap();
}

fn server(host: &FakeHost, name: &str, spec: &str) {
    host.l4d2ctl(&["initialize", name, "-f", "-"]).write_stdin(spec.to_owned()).assert().success();
}

/// What doctor says, and its exit code. The room on the machine's own disk is taken to be enough.
fn examine(host: &FakeHost) -> (Vec<Value>, i32) {
    let output = host.l4d2ctl(&["doctor", "--json"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap().replace(host.path().to_str().unwrap(), "");
    let mut checks: Vec<Value> = serde_json::from_str(&printed).unwrap();
    let disk = checks.iter_mut().find(|check| check["name"] == "disk").unwrap();
    assert!(disk["sentence"].as_str().unwrap().ends_with(" are free below /root/"), "{disk}");
    *disk =
        json!({"name": "disk", "state": "ok", "sentence": "40.0 GB of 100.0 GB are free below /root/", "remedy": null});
    (checks, output.status.code().unwrap())
}

#[test]
fn all_is_well() {
    let host = host();
    let (checks, code) = examine(&host);
    assert_eq!(code, 0);
    golden::check("doctor.json", &serde_json::to_string(&checks).unwrap());
    assert!(checks.iter().all(|check| check["state"] == "ok"), "{checks:#?}");
}

/// Breaks one thing.
type Break = fn(&FakeHost);

fn remove(host: &FakeHost, path: &str) {
    fs::remove_file(host.root(path)).unwrap();
}

#[rstest]
#[case("kernel", "fail", "6.1.0-40-amd64 cannot mount", |host: &FakeHost| host.write("root/system/proc/sys/kernel/osrelease", "6.1.0-40-amd64\n"))]
#[case("user_namespaces", "fail", "switched off", |host: &FakeHost| host.write("root/system/proc/sys/user/max_user_namespaces", "0\n"))]
#[case("cgroup", "warn", "io, memory", |host: &FakeHost| host.write("root/system/sys/fs/cgroup/cgroup.controllers", "cpu cpuset pids\n"))]
#[case("libraries", "fail", "/lib/ld-linux.so.2, libz.so.1", |host: &FakeHost| {
    remove(host, "system/lib/ld-linux.so.2");
    remove(host, "system/usr/lib/i386-linux-gnu/libz.so.1");
})]
#[case("sudo", "fail", "left4me-journalctl may not be called as root", |host: &FakeHost| {
    host.fail("-l /usr/local/libexec/left4me/left4me-journalctl", 1, "sudo: a password is required");
})]
#[case("programs", "fail", "left4me-exec: No such file", |host: &FakeHost| remove(host, "system/usr/local/libexec/left4me/left4me-exec"))]
#[case("programs", "fail", "left4me-exec can be changed by others", |host: &FakeHost| {
    let path = host.root("system/usr/local/libexec/left4me/left4me-exec");
    fs::set_permissions(path, PermissionsExt::from_mode(0o775)).unwrap();
})]
#[case("units", "fail", "l4d2-game.slice: No such file", |host: &FakeHost| remove(host, "system/usr/local/lib/systemd/system/l4d2-game.slice"))]
#[case("units", "fail", "l4d2.slice: No such file", |host: &FakeHost| remove(host, "system/usr/local/lib/systemd/system/l4d2.slice"))]
#[case("units", "warn", "not of the same version as this l4d2ctl: l4d2-game.slice", |host: &FakeHost| host.write(&format!("{UNITS}/l4d2-game.slice"), "old"))]
#[case("directories", "fail", "run/last is not there", |host: &FakeHost| fs::remove_dir_all(host.root("system/run/last")).unwrap())]
#[case("firewall", "fail", "RCON is open", |host: &FakeHost| host.set_unit("left4me-nftables.service", "failed failed"))]
#[case("firewall", "fail", "systemd cannot be asked", |host: &FakeHost| host.fail("systemctl", 1, "no bus"))]
#[case("steamcmd", "fail", "/usr/games/steamcmd: No such file", |host: &FakeHost| remove(host, "system/usr/games/steamcmd"))]
#[case("steamcmd", "fail", "does not say which", |host: &FakeHost| remove(host, "system/etc/systemd/system/left4me-steamcmd@.service.d/10-steamcmd.conf"))]
#[case("installation", "warn", "is not installed", |host: &FakeHost| remove(host, "installation"))]
#[case("installation", "fail", "which is not a directory", |host: &FakeHost| fs::remove_dir_all(host.root("trees/installation/1")).unwrap())]
#[case("steamclient", "warn", "LAN only", |host: &FakeHost| remove(host, "trees/installation/1/.steam/sdk32/steamclient.so"))]
#[case("overlays", "fail", "not a published tree", |host: &FakeHost| symlink("/etc", host.root("overlays/maps")).unwrap())]
#[case("overlays", "warn", "\"README.txt\" is not valid", |host: &FakeHost| host.write("root/overlays/README.txt", ""))]
#[case("specs", "fail", "alpha: ", |host: &FakeHost| host.write("root/instances/alpha/spec.yaml", "port: x\n"))]
#[case("specs", "warn", "bravo cannot start again: overlay \"maps\" does not exist", |host: &FakeHost| {
    fs::create_dir(host.root("overlays/maps")).unwrap();
    give_away(&host.root("overlays"));
    server(host, "bravo", "port: 27016\noverlays: [maps]\n");
    fs::remove_dir(host.root("overlays/maps")).unwrap();
})]
#[case("pins", "fail", "is not a list of layers", |host: &FakeHost| host.write("root/instances/alpha/pins", "x\n"))]
#[case("pins", "fail", "alpha is pinned to trees/installation/9, which is gone", |host: &FakeHost| host.write("root/instances/alpha/pins", "trees/installation/9\n"))]
#[case("panel", "warn", "is not active", |host: &FakeHost| host.set_unit("left4me-web.service", "failed failed"))]
#[case("forgotten", "warn", "bravo", |host: &FakeHost| host.set_unit("left4me-server@bravo.service", "active running"))]
#[case("ports", "warn", "port 27015 is that of alpha and bravo", |host: &FakeHost| server(host, "bravo", "port: 27015\n"))]
#[case("ports", "fail", "port 27015 is that of alpha and bravo", |host: &FakeHost| {
    server(host, "bravo", "port: 27015\n");
    host.l4d2ctl(&["start", "bravo"]).assert().success();
})]
#[case("ports", "warn", "outside of 28000 to 28010, the ports that are kept for servers: 27015", |host: &FakeHost| {
    host.write("root/system/etc/left4me/host.env", "LEFT4ME_PORT_RANGE_START=28000\nLEFT4ME_PORT_RANGE_END=28010\n");
})]
#[case("plain_used", "warn", "bravo uses mods/base", |host: &FakeHost| {
    host.write("root/overlays/mods/base/f", "");
    give_away(&host.root("overlays"));
    server(host, "bravo", "port: 27016\noverlays: [mods/base]\n");
})]
fn one_thing_is_wrong(#[case] name: &str, #[case] state: &str, #[case] words: &str, #[case] break_it: Break) {
    let host = host();
    break_it(&host);
    let (checks, code) = examine(&host);
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(check["state"], state, "{check:#}");
    assert!(check["sentence"].as_str().unwrap().contains(words), "{check:#}");
    assert!(!check["remedy"].as_str().unwrap().is_empty());
    let failed = checks.iter().any(|check| check["state"] == "fail");
    assert_eq!(code, if failed { 69 } else { 0 });
}

#[test]
fn files_of_somebody_else_are_named() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can give a file to somebody else");
        return;
    }
    let host = host();
    host.write("root/overlays/mods/b", "");
    host.write("root/overlays/mods/a", "");
    give_away(&host.root("overlays"));
    lchown(host.root("overlays/mods/a"), Some(0), Some(0)).unwrap();
    let (checks, code) = examine(&host);
    assert_eq!((checks.iter().all(|check| check["state"] == "ok"), code), (true, 0), "root may own a plain file");
    lchown(host.root("overlays/mods/b"), Some(12345), Some(0)).unwrap();
    lchown(host.root("instances/alpha/spec.yaml"), Some(0), Some(0)).unwrap();
    let (checks, code) = examine(&host);
    assert_eq!(code, 69);
    let sentence = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap()["sentence"].clone();
    assert_snapshot!(sentence("ownership").as_str().unwrap(), @"/root/instances/alpha/spec.yaml belongs to user 0 and group 0, not to the owner of /root/");
    assert!(sentence("plain_owners").as_str().unwrap().contains("/root/overlays/mods/b belongs to user 12345"));
}

#[test]
fn a_person_reads_what_to_do() {
    let host = host();
    remove(&host, "installation");
    host.set_unit("left4me-nftables.service", "inactive dead");
    let assert = host.l4d2ctl(&["doctor"]).assert().code(69).stderr("l4d2ctl: failed checks: 1\n");
    let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("ok") && !line.contains("disk")).collect();
    assert_snapshot!(lines.join("\n"), @r"
    FAIL  firewall         left4me-nftables.service is not active: RCON is open to everybody, and neither builds nor steamcmd start
                           -> systemctl enable --now left4me-nftables.service, and journalctl -u left4me-nftables.service when that fails
    warn  installation     the game is not installed
                           -> l4d2ctl install
    23 checks, 1 failed, 1 warnings
    ");
}
