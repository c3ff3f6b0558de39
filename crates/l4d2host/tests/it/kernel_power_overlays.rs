//! Proof 5 for overlays, at each system call that publishes: `l4d2ctl overlay build` is killed there, and its file system
//! loses what was not synced, in both of the ways that `kernel_power` has. Every tree is whole then, and the same command
//! succeeds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::fake_host::FakeHost;
use crate::kernel_power::{CALLS, Disk, killed};
use crate::sandbox;

/// Large enough to be on disk only when it was written there.
fn long(word: &str) -> String {
    word.repeat(3000)
}

/// What a tree must be: what was published before, or what is built now.
fn build(tree: &Path) -> &'static str {
    let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap_or_else(|error| error.kind().to_string());
    let seen = [read("d/kept"), read("d/changed"), read("new"), tree.join("gone").exists().to_string()];
    let none = std::io::ErrorKind::NotFound.to_string();
    if seen == [long("kept"), long("one"), none, "true".to_owned()] {
        "old"
    } else if seen == [long("kept"), long("two"), long("two"), "false".to_owned()] {
        "new"
    } else {
        panic!("{} is not whole: {:?}", tree.display(), seen.map(|text| text.chars().take(8).collect::<String>()))
    }
}

/// Every tree that has a number is whole; returns what is published.
fn whole(host: &FakeHost) -> &'static str {
    for tree in fs::read_dir(host.root("trees/overlay/5")).unwrap() {
        let tree = tree.unwrap();
        if !tree.file_name().to_string_lossy().starts_with('.') {
            build(&tree.path());
        }
    }
    build(&host.root("overlays/5"))
}

fn every_cut(kind: &str, fill: impl Fn(&FakeHost)) {
    let disk = Disk::new(|host| {
        for (path, text) in [("d/kept", "kept"), ("d/changed", "one"), ("gone", "one")] {
            host.write(&format!("root/trees/overlay/5/1/{path}"), &long(text));
        }
        std::os::unix::fs::symlink("../trees/overlay/5/1", host.root("overlays/5")).unwrap();
        fill(host);
    });
    disk.host.write("build.yaml", kind);
    let yaml = disk.host.path().join("build.yaml");
    // The whole disk is smaller than what has to stay free elsewhere.
    let verb = ["overlay", "build", "5", "--keep-free", "0", "-f", yaml.to_str().unwrap()];
    let mut cuts = 0;
    for (call, every) in CALLS {
        for at in (1..).step_by(every) {
            let mut was_killed = true;
            for how in [1, 2] {
                disk.sh("cp base.img disk.img");
                disk.mount();
                was_killed = killed(&disk.host, &verb, call, at);
                disk.lose_power(how);
                let published = whole(&disk.host);
                assert!(was_killed || published == "new", "{call} {at}: what was called published is lost");
                disk.host.l4d2ctl(&["gc"]).assert().success();
                whole(&disk.host);
                disk.host.l4d2ctl(&verb).assert().success();
                assert_eq!(whole(&disk.host), "new", "{call} {at}");
                disk.sh("umount root");
                cuts += 1;
            }
            if !was_killed {
                break;
            }
        }
    }
    assert!(cuts > 20, "{cuts}");
}

#[test]
fn proof5_a_power_cut_in_links() {
    sandbox::run(|_| {
        every_cut(
            "kind: links\nfiles: {d/kept: workshop_cache/kept, d/changed: workshop_cache/two, new: map_cache/two}\n",
            |host| {
                for (path, text) in
                    [("workshop_cache/kept", "kept"), ("workshop_cache/two", "two"), ("map_cache/two", "two")]
                {
                    host.write(&format!("root/{path}"), &long(text));
                    fs::set_permissions(host.root(path), PermissionsExt::from_mode(0o444)).unwrap();
                }
            },
        );
    });
}

#[test]
fn proof5_a_power_cut_in_a_snapshot() {
    sandbox::run(|_| {
        every_cut("kind: snapshot\n", |host| {
            for (path, text) in [("d/kept", "kept"), ("d/changed", "two"), ("new", "two")] {
                host.write(&format!("root/files/5/{path}"), &long(text));
            }
        });
    });
}

#[test]
fn proof5_a_power_cut_in_a_script() {
    sandbox::run(|_| {
        let two = "for i in $(seq 3000); do printf two; done";
        every_cut(
            &format!("kind: script\nscript: 'mkdir d; {{ {two}; }} >d/changed; {{ {two}; }} >new; mknod gone c 0 0'\n"),
            |_| {},
        );
    });
}
