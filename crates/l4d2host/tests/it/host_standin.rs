//! The stand-in for srcds before clients that nobody here wrote.
#![expect(clippy::disallowed_methods, reason = "a test starts the programs that it tests, and panics when they fail")]

use crate::standin::server::Tree;

/// Clients that nobody here wrote. `deploy/test.sh` installs them.
#[test]
fn srcds_satisfies_the_judges() {
    let python = std::env::var("LEFT4ME_TEST_JUDGES").expect("LEFT4ME_TEST_JUDGES: run this test by deploy/test.sh");
    let tree = Tree::new();
    let server = tree.ready(&[]);
    server.rcon().run("players 3; players add \"four\"");
    let output = std::process::Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/lab/judge.py"))
        .args([server.address.ip().to_string(), "27015".to_owned(), "secret".to_owned(), "stats".to_owned()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let answers: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answers["info"]["server_name"], "Stand-in");
    assert_eq!(answers["players"][3]["name"], "four");
    assert_eq!(answers["rules"]["mp_gamemode"], "coop");
    assert!(answers["rcon"]["cvarlist"].as_str().unwrap().len() > 8192);
    assert!(answers["rcon"]["stats"].as_str().unwrap().starts_with("CPU"));
}
