//! `l4d2ctl game` against a stand-in for steamcmd: a shell script that says what the real one says. Steam is not contacted.

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;

use crate::fake_host::FakeHost;
use crate::golden;

/// What `+app_info_print` says, when Steam has build 124.
const ANSWER: &str = r#"[ "$1" = info ] || exit 64
printf '\033[0mWaiting for user info...OK\r\nAppID : 222860, change number : 31415926/0 \r\n'
printf '"222860"\r\n{\r\n\t"depots"\r\n\t{\r\n\t\t"branches"\r\n\t\t{\r\n\t\t\t"public"\r\n\t\t\t{\r\n'
printf '\t\t\t\t"buildid"\t\t"124"\r\n\t\t\t}\r\n\t\t}\r\n\t}\r\n}\r\n\033[0mUnloading Steam API...OK\r\n'
"#;

/// A host with build 123, published at a known time.
fn host(steamcmd: &str) -> FakeHost {
    let host = FakeHost::new();
    let manifest = "\"AppState\"\n{\n\t\"appid\"\t\"222860\"\n\t\"buildid\"\t\"123\"\n}\n";
    host.publish(2, &[("srcds_run", ""), ("steamapps/appmanifest_222860.acf", manifest)]);
    let link = host.root("installation");
    assert!(Command::new("touch").args(["-h", "-d", "@1793620800"]).arg(link).status().unwrap().success());
    host.steamcmd(steamcmd);
    host
}

fn game(host: &FakeHost, options: &[&str]) -> String {
    let output = host.l4d2ctl(&[&["game"], options].concat()).assert().success().get_output().clone();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_installed_build_and_the_one_that_steam_had() {
    let host = host("exit 64");
    assert_snapshot!(game(&host, &[]), @r"
    installed  build 123 (trees/installation/2), published 2026-11-02 12:00Z
    latest     unknown: `l4d2ctl game --refresh` asks Steam
    ");
    host.write("root/latest-build", "build=124\nchecked_at=1793620800\n");
    golden::check("game.json", &game(&host, &["--json"]));
    let shown = game(&host, &[]);
    assert!(shown.contains("update     `l4d2ctl install` brings it"), "{shown}");
    host.write("root/latest-build", "build=123\nchecked_at=1793620800\n");
    assert!(!game(&host, &[]).contains("update"));
    assert_eq!(host.root_calls(), [""; 0], "nobody is asked without --refresh");
}

#[test]
fn nothing_is_installed_and_nothing_is_known() {
    let host = FakeHost::new();
    assert_eq!(game(&host, &["--json"]), "{\"installed\":null,\"latest\":null}\n");
    host.write("root/latest-build", "something else\n");
    assert_eq!(game(&host, &["--json"]), "{\"installed\":null,\"latest\":null}\n");
}

#[test]
fn steam_is_asked_and_its_answer_remembered() {
    let host = host(ANSWER);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let answer: Value = serde_json::from_str(&game(&host, &["--refresh", "--json"])).unwrap();
    assert_eq!(answer["latest"]["build"], "124");
    assert!((now..now + 60).contains(&answer["latest"]["checked_at"].as_u64().unwrap()), "{answer}");
    assert_eq!(host.root_calls(), ["left4me-systemctl start-steamcmd info"]);
    assert_eq!(serde_json::from_str::<Value>(&game(&host, &["--json"])).unwrap(), answer);
    host.steamcmd(&ANSWER.replace("124", "125"));
    assert!(game(&host, &["--refresh"]).contains("latest     build 125, asked 0 s ago\n"));
}

#[rstest]
#[case::offline(
    "printf '[----] !!! Fatal Error: Steamcmd needs to be online to update.\\r\\n'; exit 254",
    1,
    69,
    "cannot be reached"
)]
#[case::rate_limit("printf 'Connecting...Login Failure: Rate Limit Exceeded\\r\\n'; exit 5", 1, 75, "refuses logins")]
#[case::no_connection("printf 'ERROR (No Connection)\\r\\n'; exit 5", 3, 69, "did not answer")]
#[case::too_early("printf 'No app info for AppID 222860 found, requesting...\\r\\n'", 3, 69, "did not answer")]
#[case::no_build("printf '\"222860\"\\r\\n{\\r\\n}\\r\\n'", 3, 69, "did not answer")]
#[case::nothing_said("exit 42", 1, 1, "steamcmd gave no reason")]
fn without_an_answer_the_last_one_stays(
    #[case] steamcmd: &str,
    #[case] tries: usize,
    #[case] code: i32,
    #[case] sentence: &str,
) {
    let host = host(steamcmd);
    host.write("root/latest-build", "build=124\nchecked_at=1793620800\n");
    let failed = host.l4d2ctl(&["game", "--refresh", "--json"]).assert().code(code).stdout("");
    let said = String::from_utf8(failed.get_output().stderr.clone()).unwrap();
    assert!(said.lines().last().unwrap().contains(sentence), "{said}");
    assert_eq!(host.root_calls().len(), tries, "{said}");
    assert!(game(&host, &["--json"]).contains("\"build\":\"124\""));
}

#[test]
fn one_that_was_killed_is_stopped_first() {
    let host = host(ANSWER);
    host.set_unit("left4me-steamcmd@info.service", "activating start");
    game(&host, &["--refresh"]);
    let calls = ["stop-steamcmd", "start-steamcmd"].map(|verb| format!("left4me-systemctl {verb} info"));
    assert_eq!(host.root_calls(), calls);
}

/// `l4d2ctl` with these arguments, whose steamcmd has begun and stays.
fn hanging(host: &FakeHost, arguments: &[&str]) -> std::process::Child {
    let fifo = host.path().join("begun");
    assert!(Command::new("mkfifo").args(["-m", "666"]).arg(&fifo).status().unwrap().success());
    host.steamcmd("echo begun >$HOST/begun; exec sleep 600");
    let child = host.spawn(arguments);
    let mut line = String::new();
    BufReader::new(std::fs::File::open(fifo).unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    child
}

#[test]
fn an_installation_ends_the_question() {
    let host = host("");
    let mut asking = hanging(&host, &["game", "--refresh"]);
    host.steamcmd("printf 'ERROR (Invalid Password)\\r\\n'; exit 5");
    let said = host.l4d2ctl(&["install"]).assert().code(77).get_output().stdout.clone();
    assert!(String::from_utf8(said).unwrap().starts_with("step: ending the question for the latest build\n"));
    assert!(!asking.wait().unwrap().success());
}

#[test]
fn nobody_asks_during_an_installation() {
    let host = host("");
    let mut installing = hanging(&host, &["install"]);
    host.l4d2ctl(&["game", "--refresh"]).assert().code(75);
    assert!(game(&host, &["--json"]).contains("\"installed\":{"));
    // The pass ends with whoever waits for it.
    installing.kill().unwrap();
    installing.wait().unwrap();
}
