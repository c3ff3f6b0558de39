//! The stand-in for steamcmd: what an install does, and what it prints.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::steamcmd::Steam;

#[test]
fn steamcmd_says_in_its_first_line_what_it_is() {
    let outcome = Steam::fresh().pass("windows");
    assert!(outcome.text.lines().next().unwrap().contains("stand-in"), "{}", outcome.text);
}

#[test]
fn steamcmd_refuses_linux_alone_in_an_empty_directory() {
    Steam::fresh().pass("linux").fails(8, "ERROR! Failed to install app '222860' (Invalid platform)");
}

#[test]
fn steamcmd_installs_the_game_in_two_passes() {
    let steam = Steam::fresh();
    let windows = steam.pass("windows");
    windows.succeeds();
    assert!(steam.game().join("srcds.exe").exists());
    let linux = steam.pass("linux");
    linux.succeeds();
    let game = steam.game();
    for file in [
        "srcds_run",
        "srcds_linux",
        "bin/engine_srv.so",
        "left4dead2/gameinfo.txt",
        "left4dead2/maps/c14m2_lighthouse.bsp",
    ] {
        assert!(game.join(file).exists(), "{file}");
    }
    assert!(!game.join("srcds.exe").exists() && !game.join("steamapps/downloading/222860").exists());
    assert_eq!(fs::metadata(game.join("srcds_run")).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(steam.installed_build().unwrap(), "1");
    assert!(fs::read_to_string(game.join("left4dead2/steam.inf")).unwrap().contains("PatchVersion=2.2.4.1"));
    assert!(steam.path("steam/linux32/steamclient.so").exists());
}

#[test]
fn steamcmd_prints_what_the_real_one_prints() {
    let steam = Steam::fresh();
    let windows = steam.pass("windows").text;
    // Carriage returns, and lines that are glued to the line before.
    assert!(windows.contains("Waiting for user info...OK Update state (0x3) reconfiguring, progress: 0.00 (0 / 0)\r"));
    assert!(windows.contains(")Success! App '222860' fully installed.\n"), "{windows}");
    let linux = steam.pass("linux").text.replace("\u{1b}[0m", "");
    let mut rest = linux.as_str();
    for line in [
        "Redirecting stderr to '",
        "/Steam/logs/stderr.txt'\n",
        "[----] Verifying installation...\n",
        "Steam Console Client (c) Valve Corporation - version ",
        "-- type 'quit' to exit --\n",
        "Loading Steam API...OK\n",
        "Connecting anonymously to Steam Public...OK\n",
        "Waiting for client config...OK\n",
        "Waiting for user info...OK\n",
        " Update state (0x3) reconfiguring, progress: 0.00 (0 / 0)\n",
        " Update state (0x11) preallocating, progress: ",
        " Update state (0x61) downloading, progress: ",
        " Update state (0x81) verifying update, progress: ",
        " Update state (0x101) committing, progress: ",
        "Success! App '222860' fully installed.\n",
    ] {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line} is not in its place in {linux}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn steamcmd_brings_a_second_build_that_changes_drops_and_adds() {
    let steam = Steam::installed();
    let one: BTreeMap<_, _> = steam.files().into_iter().collect();
    steam.orders("build 2\n");
    steam.pass("windows").succeeds();
    steam.pass("linux").succeeds();
    let two: BTreeMap<_, _> = steam.files().into_iter().collect();
    let dropped: Vec<_> = one.keys().filter(|path| !two.contains_key(*path)).collect();
    let added: Vec<_> = two.keys().filter(|path| !one.contains_key(*path)).collect();
    let changed = one.iter().filter(|(path, bytes)| two.get(*path).is_some_and(|other| other != *bytes)).count();
    assert_eq!(dropped, ["left4dead2/scripts/only_in_build_1.txt"]);
    assert_eq!(added, ["left4dead2/scripts/only_in_build_2.txt"]);
    assert_eq!(changed, 9);
    assert!(one.len() > 150, "{}", one.len());
    assert_eq!(steam.installed_build().unwrap(), "2");
}

#[test]
fn steamcmd_repairs_what_was_damaged_and_else_is_up_to_date() {
    let steam = Steam::installed();
    assert!(steam.pass("linux").text.contains("Success! App '222860' already up to date."));
    fs::write(steam.game().join("left4dead2/gameinfo.txt"), "damaged").unwrap();
    assert!(steam.pass("linux").text.contains("Success! App '222860' fully installed."));
    assert!(fs::read_to_string(steam.game().join("left4dead2/gameinfo.txt")).unwrap().contains("Left 4 Dead 2"));
}

#[test]
fn steamcmd_accepts_linux_alone_on_a_stub_manifest() {
    let steam = Steam::fresh();
    fs::create_dir(steam.game().join("steamapps")).unwrap();
    let stub = "\"AppState\"\n{\n\t\"appid\"\t\"222860\"\n\t\"StateFlags\"\t\"2\"\n\t\"buildid\"\t\"0\"\n}\n";
    fs::write(steam.game().join("steamapps/appmanifest_222860.acf"), stub).unwrap();
    steam.pass("linux").succeeds();
    assert!(steam.game().join("srcds_run").exists());
}

#[test]
fn steamcmd_serves_stale_app_info_until_its_cache_is_deleted() {
    let steam = Steam::fresh();
    let latest = || {
        let outcome =
            steam.run(&["+login", "anonymous", "+app_info_update", "1", "+app_info_print", "222860", "+quit"]);
        let public = outcome.text.split("\"public\"\n\t\t\t{\n\t\t\t\t\"buildid\"\t\t\"").nth(1).unwrap().to_owned();
        public.split('"').next().unwrap().to_owned()
    };
    assert_eq!(latest(), "1");
    steam.orders("build 2\n");
    assert_eq!(latest(), "1");
    fs::remove_file(steam.path("home/Steam/appcache/appinfo.vdf")).unwrap();
    assert_eq!(latest(), "2");
}

#[test]
fn steamcmd_wants_its_directory_before_the_login() {
    let steam = Steam::fresh();
    let outcome = steam.run(&[
        "+@ShutdownOnFailedCommand",
        "1",
        "+login",
        "anonymous",
        "+force_install_dir",
        "/nowhere",
        "+quit",
    ]);
    outcome.fails(8, "Please use force_install_dir before logon!");
}

#[test]
fn steamcmd_is_broken_by_a_symlink_on_path() {
    let steam = Steam::fresh();
    let link = steam.path("home/steamcmd");
    symlink(steam.path("steam/steamcmd"), &link).unwrap();
    let output = std::process::Command::new(&link).arg("+quit").output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8(output.stdout).unwrap().contains("linux32/steamcmd: No such file or directory"));
}
