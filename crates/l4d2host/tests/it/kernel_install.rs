//! Proof 4 for `install`: killed at each system call that publishes, prints or starts a pass, it succeeds when it is run
//! again. The passes are those of a shell script (`cli_install/steamcmd.sh`), and nothing is mounted.

use std::fs;

use crate::fake_host::FakeHost;
use crate::kernel_kills::survive;

/// Build 2, with as few words as steamcmd has to say.
const PASSES: &str = r#"put left4dead2/gameinfo.txt game
put left4dead2/changed.txt two
put left4dead2/new/deep/file.txt two
drop left4dead2/gone.txt
if [ $platform = windows ]; then put srcds.exe MZ; drop srcds_run; else drop srcds.exe; put srcds_run run; fi
put steamapps/appmanifest_222860.acf '"AppState" { "buildid" "2" }'
say "Success! App '222860' fully installed.""#;

fn host() -> FakeHost {
    let host = FakeHost::new();
    host.publish(
        1,
        &[
            ("srcds_run", "run"),
            ("left4dead2/gameinfo.txt", "game"),
            ("left4dead2/changed.txt", "one"),
            ("left4dead2/gone.txt", "one"),
            ("steamapps/appmanifest_222860.acf", r#""AppState" { "buildid" "1" }"#),
        ],
    );
    host.steamcmd(&format!("{}\n{PASSES}\n", include_str!("cli_install/steamcmd.sh")));
    host
}

/// What is published is one of the two builds, whole.
fn whole(host: &FakeHost) -> &'static str {
    let tree = host.root("installation");
    let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap_or_default();
    assert_eq!((read("srcds_run").as_str(), read("left4dead2/gameinfo.txt").as_str()), ("run", "game"));
    let rest = (read("left4dead2/changed.txt"), read("left4dead2/new/deep/file.txt"), read("left4dead2/gone.txt"));
    match (rest.0.as_str(), rest.1.as_str(), rest.2.as_str()) {
        ("one", "", "one") => "1",
        ("two", "two", "") => "2",
        other => panic!("a half-published tree: {other:?}"),
    }
}

#[test]
fn proof4_install_survives_every_kill() {
    let kills = survive(
        &["install"],
        host,
        |host| {
            whole(host);
        },
        |host| {
            assert_eq!(whole(host), "2");
            assert!(!host.root("installation/srcds.exe").exists());
            // Number 3 when number 2 had its name and was not current yet.
            let trees: Vec<_> = fs::read_dir(host.root("trees/installation")).unwrap().collect();
            assert_eq!(trees.len(), 1, "the others are collected: {trees:?}");
            assert!(
                !host.root("builds/installation/upper").exists() && !host.root("builds/installation/pins").exists()
            );
        },
    );
    assert!(kills > 40, "{kills}");
}
