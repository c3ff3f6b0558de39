//! Proof 5 for overlays: `l4d2ctl overlay build` of each kind, and `overlay delete`, killed from outside by SIGKILL as it
//! enters each system call that changes something or prints. The published tree is whole then, and the same command
//! succeeds and leaves what it should.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::fake_host::{FakeHost, give_away};
use crate::kernel_kills::{CALLS, survive_at_each};

/// What only builds of overlays call.
const MORE: &str = "utimensat,copy_file_range,sendfile,fremovexattr,fsetxattr,mknodat";

/// What is published, by path and content; none when nothing is.
type Content = Option<BTreeMap<String, String>>;

fn content(host: &FakeHost) -> Content {
    let top = host.root("overlays/5");
    fs::symlink_metadata(&top).ok()?;
    let (mut found, mut waiting) = (BTreeMap::new(), vec![top.clone()]);
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    Some(found)
}

/// Whether this is published, and nothing else.
fn holds(content: &Content, files: &[(&str, &str)]) -> bool {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    *content == Some(files)
}

/// A host with one tree that is published, and a build file for the next.
fn host(yaml: &str) -> FakeHost {
    let host = FakeHost::new();
    host.write("build.yaml", yaml);
    for (path, text) in [("d/kept", "kept"), ("d/changed", "one"), ("gone/x", "one")] {
        host.write(&format!("root/trees/overlay/5/1/{path}"), text);
    }
    std::os::unix::fs::symlink("../trees/overlay/5/1", host.root("overlays/5")).unwrap();
    give_away(&host.root(""));
    host
}

const OLD: [(&str, &str); 3] = [("d/kept", "kept"), ("d/changed", "one"), ("gone/x", "one")];
const NEW: [(&str, &str); 3] = [("d/kept", "kept"), ("d/changed", "two"), ("new", "two")];

fn survives(make: impl Fn() -> FakeHost) {
    let calls = format!("{CALLS},{MORE}");
    let old_or_new = |host: &FakeHost| {
        let content = content(host);
        assert!(holds(&content, &OLD) || holds(&content, &NEW), "{content:?}");
    };
    let kills =
        survive_at_each(&calls, &["overlay", "build", "5", "-f", "HOST/build.yaml"], make, old_or_new, |host| {
            let content = content(host);
            assert!(holds(&content, &NEW), "{content:?}");
            assert_eq!(fs::read_dir(host.root("trees/overlay/5")).unwrap().count(), 1, "the tree before is collected");
            let left: Vec<_> = fs::read_dir(host.root("builds/5")).unwrap().map(|e| e.unwrap().file_name()).collect();
            assert!(left.iter().all(|name| name == "work" || name == "script"), "{left:?}");
            assert_eq!(host.unit("left4me-build@5.service"), None);
        });
    assert!(kills > 40, "{kills}");
}

#[test]
fn proof5_links_survive_every_kill() {
    survives(|| {
        let host = host(
            "kind: links\nfiles: {d/kept: workshop_cache/kept, d/changed: workshop_cache/two, new: map_cache/m/two}\n",
        );
        for (path, text) in [("workshop_cache/kept", "kept"), ("workshop_cache/two", "two"), ("map_cache/m/two", "two")]
        {
            host.write(&format!("root/{path}"), text);
            fs::set_permissions(host.root(path), PermissionsExt::from_mode(0o444)).unwrap();
        }
        host
    });
}

#[test]
fn proof5_a_snapshot_survives_every_kill() {
    survives(|| {
        let host = host("kind: snapshot\n");
        for (path, text) in NEW {
            host.write(&format!("root/files/5/{path}"), text);
        }
        host
    });
}

#[test]
fn proof5_a_script_survives_every_kill() {
    let script = "[ ! -e half ] || exit 9; touch half; mkdir -p d gone; printf two >d/changed; printf two >new; \
                  rmdir gone; mknod gone c 0 0; rm half";
    survives(|| host(&format!("kind: script\nscript: '{script}'\n")));
}

#[test]
fn proof5_a_reset_survives_every_kill() {
    let script = "[ ! -e d ] || exit 9; mkdir d; printf kept >d/kept; printf two >d/changed; printf two >new";
    survives(|| host(&format!("kind: script\nreset: true\nscript: '{script}'\n")));
}

#[test]
fn proof5_delete_survives_every_kill() {
    let make = || {
        let host = host("");
        host.write("root/builds/5/upper/half", "");
        host.write("root/builds/5/pins", "trees/overlay/5/1\n");
        host
    };
    let whole = |host: &FakeHost| {
        let content = content(host);
        assert!(content.is_none() || holds(&content, &OLD), "{content:?}");
    };
    let kills = survive_at_each(CALLS, &["overlay", "delete", "5"], make, whole, |host| {
        for path in ["overlays/5", "trees/overlay/5", "builds/5"] {
            assert!(fs::symlink_metadata(host.root(path)).is_err(), "{path}");
        }
    });
    assert!(kills > 10, "{kills}");
}
