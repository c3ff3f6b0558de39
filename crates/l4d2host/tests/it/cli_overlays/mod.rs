//! `overlay build`, `overlay delete` and `overlay status` as somebody calls them, on a host that is not there: a script runs
//! in the upper layer itself, and nothing is mounted.

mod links;
mod rules;
mod script;
mod snapshot;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use assert_cmd::assert::Assert;

use crate::fake_host::{FakeHost, give_away};

/// Builds the overlay `5` from this build file.
fn build(host: &FakeHost, yaml: &str) -> Assert {
    build_with(host, yaml, &[])
}

fn build_with(host: &FakeHost, yaml: &str, options: &[&str]) -> Assert {
    give_away(&host.root(""));
    let arguments = [&["overlay", "build", "5", "-f", "-"], options].concat();
    host.l4d2ctl(&arguments).write_stdin(yaml).assert()
}

/// As [`build`], of a script.
fn script(host: &FakeHost, lines: &str) -> Assert {
    build(host, &script_yaml("", lines))
}

fn script_yaml(more: &str, lines: &str) -> String {
    let lines: String = lines.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    format!("kind: script\n{more}\nscript: |\n{lines}")
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// The number of the tree that is published.
fn published(host: &FakeHost) -> Option<u32> {
    let target = fs::read_link(host.root("overlays/5")).ok()?;
    Some(target.to_str().unwrap().strip_prefix("../trees/overlay/5/").unwrap().parse().unwrap())
}

/// A file of the published tree.
fn read(host: &FakeHost, path: &str) -> String {
    fs::read_to_string(host.root("overlays/5").join(path)).unwrap()
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

/// Everything in a directory, with contents; what stands there may not exist.
fn content(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).into_iter().flatten() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let what = if meta.is_dir() {
                waiting.push(path.clone());
                "/".to_owned()
            } else if meta.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                format!("{:o} {}", meta.mode() & 0o7777, String::from_utf8_lossy(&fs::read(&path).unwrap()))
            };
            found.insert(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned(), what);
        }
    }
    found
}

/// Nothing is left of a build.
fn nothing_left(host: &FakeHost) {
    let left: Vec<_> = fs::read_dir(host.root("builds/5")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "work" || name == "script"), "{left:?}");
}
