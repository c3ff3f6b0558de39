//! The panel does not link the host half: the boundary between them is the command line of `l4d2ctl`, which also works
//! over SSH.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Every package that `from` depends on, at any distance, as cargo resolved it.
fn reachable<'a>(nodes: &'a [Value], from: &'a str, found: &mut BTreeSet<&'a str>) {
    let node = nodes.iter().find(|node| node["id"] == from).expect("a node for each package");
    for dependency in node["dependencies"].as_array().expect("a list").iter().filter_map(Value::as_str) {
        if found.insert(dependency) {
            reachable(nodes, dependency, found);
        }
    }
}

#[test]
fn the_panel_does_not_link_the_host() {
    #[expect(clippy::disallowed_methods, reason = "a test runs cargo as a developer would")]
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform=x86_64-unknown-linux-gnu",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let id = |name: &str| {
        let packages = metadata["packages"].as_array().expect("a list");
        let package = packages.iter().find(|package| package["name"] == name).expect("the package is in the workspace");
        package["id"].as_str().expect("an id")
    };
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a list");
    let mut found = BTreeSet::new();
    reachable(nodes, id("l4d2web"), &mut found);
    assert!(!found.is_empty());
    assert!(!found.contains(id("l4d2host")));
}
