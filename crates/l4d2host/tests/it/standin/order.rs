//! The stand-in for steamcmd: each failure and each wait that can be ordered.

use std::fs;
use std::io::{BufRead, BufReader, Read};

use rstest::rstest;

use super::steamcmd::Steam;

#[rstest]
#[case::platform("fail windows invalid-platform", 8, "ERROR! Failed to install app '222860' (Invalid platform)")]
#[case::configuration(
    "fail both missing-configuration",
    8,
    "ERROR! Failed to install app '222860' (Missing configuration)"
)]
#[case::subscription("no-subscription", 8, "ERROR! Failed to install app '222860' (No subscription)")]
#[case::disk("fail windows 0x202", 8, "Error! App '222860' state is 0x202 after update job.")]
#[case::interrupted("fail windows 0x602", 8, "Error! App '222860' state is 0x602 after update job.")]
#[case::connection("fail windows 0x402", 8, "Error! App '222860' state is 0x402 after update job.")]
#[case::short("fail windows 0x6", 8, "Error! App '222860' state is 0x6 after update job.")]
#[case::info("fail windows appinfo-timeout", 1, "ERROR! Timed out waiting for AppInfo update.")]
#[case::login("fail windows no-connection", 5, "ERROR (No Connection)")]
#[case::limit("rate-limit", 5, "Login Failure: Rate Limit Exceeded")]
#[case::untrue("fail windows 0x602\nexit-zero", 0, "Error! App '222860' state is 0x602 after update job.")]
#[case::beside("offline", 254, "Illegal termination of worker thread 'CHTTPClientThreadPool:0'")]
#[case::unknown("fial windows 0x602", 64, "line 1: `fial windows 0x602` is not an order")]
fn steamcmd_fails_as_ordered(#[case] orders: &str, #[case] code: i32, #[case] line: &str) {
    let steam = Steam::fresh();
    steam.orders(orders);
    steam.pass("windows").fails(code, line);
}

#[test]
fn steamcmd_is_offline_in_the_words_of_the_real_one() {
    let steam = Steam::fresh();
    steam.orders("offline\n");
    let text = steam.pass("windows").text;
    let fatal = "[----] !!! Fatal Error: Steamcmd needs to be online to update.\tPlease confirm your network connection and try again.\n";
    assert!(text.contains("[  0%] Downloading Update...\n") && text.contains(fatal), "{text}");
}

#[test]
fn steamcmd_fails_only_as_often_as_ordered() {
    let steam = Steam::fresh();
    steam.pass("windows").succeeds();
    steam.orders("fail linux missing-configuration 2\n");
    for _ in 0..2 {
        steam.pass("linux").fails(8, "(Missing configuration)");
    }
    steam.pass("linux").succeeds();
    steam.orders("fail linux missing-configuration 1\n");
    steam.pass("linux").fails(8, "(Missing configuration)");
}

#[test]
fn steamcmd_resumes_an_interrupted_pass() {
    let steam = Steam::fresh();
    steam.orders("fail windows 0x602 1\n");
    steam.pass("windows").fails(8, "state is 0x602 after update job.");
    assert!(steam.game().join("steamapps/downloading/222860/srcds.exe").exists());
    assert!(!steam.game().join("srcds.exe").exists());
    assert_eq!(steam.installed_build().unwrap(), "0");
    steam.pass("windows").succeeds();
    steam.pass("linux").succeeds();
    assert_eq!(steam.installed_build().unwrap(), "1");
}

#[test]
fn steamcmd_updates_itself_once() {
    let steam = Steam::fresh();
    steam.orders("self-update\n");
    let first = steam.pass("windows");
    first.succeeds();
    assert!(first.text.contains("[ 71%] Downloading update (17,692 of 29,709 KB)...\r"), "{}", first.text);
    assert_eq!(first.text.matches("Checking for available updates...").count(), 2, "it starts itself again");
    assert!(steam.path("steam/package/steam_cmd_linux.installed").exists());
    assert!(!steam.pass("windows").text.contains("Downloading update"));
}

#[test]
fn steamcmd_updates_itself_at_home_when_it_cannot_write_beside_itself() {
    let steam = Steam::fresh();
    fs::write(steam.path("steam/package"), "in the way, for root too").unwrap();
    steam.orders("self-update beside\n");
    let outcome = steam.pass("windows");
    assert_eq!(outcome.code, 254);
    assert!(outcome.text.contains("Failed to apply update, reverting..."), "{}", outcome.text);
    steam.orders("self-update\n");
    steam.pass("windows").succeeds();
    assert!(steam.path("home/Steam/package/steam_cmd_linux.installed").exists());
}

#[test]
fn steamcmd_waits_until_it_may_go_on() {
    let steam = Steam::installed();
    let before = steam.files();
    steam.orders("build 2\nunbuffered\npause-before committing linux\n");
    let mut child = steam.spawn("linux");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("stand-in: waiting before committing\n") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "it ended without waiting");
    }
    assert_eq!(steam.files(), before);
    fs::write(steam.path("home/go-committing"), "").unwrap();
    line.clear();
    output.read_to_string(&mut line).unwrap();
    assert!(line.contains("Success! App '222860' fully installed."), "{line}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn steamcmd_hangs_until_it_is_killed() {
    let steam = Steam::fresh();
    steam.orders("hang\n");
    let mut child = steam.spawn("windows");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = Vec::new();
    while !text.ends_with(b"Waiting for user info...OK") {
        assert!(output.read_until(b'K', &mut text).unwrap() > 0, "it ended");
    }
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn steamcmd_holds_its_output_back_without_a_terminal() {
    let steam = Steam::fresh();
    steam.orders("pause-before login\n");
    let mut child = steam.spawn("windows");
    let mut output = child.stdout.take().unwrap();
    // The wait itself flushes; nothing was written before it in pieces.
    let mut first = [0; 4096];
    let length = output.read(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let text = String::from_utf8_lossy(&first[..length]).into_owned();
    assert!(text.starts_with("left4me stand-in") && text.ends_with("waiting before login\n"), "{text}");
}

#[test]
fn steamcmd_says_success_and_leaves_a_file_out() {
    let steam = Steam::fresh();
    steam.orders("incomplete\n");
    steam.pass("windows").succeeds();
    steam.pass("linux").succeeds();
    assert!(!steam.game().join("srcds_run").exists());
}

#[test]
fn steamcmd_lays_down_as_many_files_as_ordered() {
    let steam = Steam::fresh();
    steam.orders("files 450\n");
    steam.pass("windows").succeeds();
    let more = |steam: &Steam| steam.files().iter().filter(|(path, _)| path.contains("/bench/")).count();
    assert_eq!(more(&steam), 450);
    steam.orders("files 10\nbuild 2\n");
    steam.pass("windows").succeeds();
    assert_eq!(more(&steam), 10);
}

#[test]
fn steamcmd_renames_a_directory_on_a_plain_file_system() {
    let steam = Steam::installed();
    steam.orders("build 2\nrename-directory\n");
    steam.pass("windows").succeeds();
    steam.pass("linux").succeeds();
    assert!(steam.game().join("update/materials/material_00.vmt").exists());
}
