//! Overlays that are what people edit.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{build, content, inode, nothing_left, published, read, stderr, stdout};
use crate::fake_host::FakeHost;

const SNAPSHOT: &str = "kind: snapshot\n";

/// A host with something in `files/5`.
fn host() -> FakeHost {
    let host = FakeHost::new();
    host.write("root/files/5/left4dead2/cfg/server.cfg", "hostname one\n");
    host.write("root/files/5/left4dead2/addons/small.vpk", "small");
    host
}

/// The path of a file that people edit.
fn file(host: &FakeHost, path: &str) -> std::path::PathBuf {
    host.root("files/5/left4dead2").join(path)
}

fn tree(host: &FakeHost, path: &str) -> std::path::PathBuf {
    host.root("overlays/5/left4dead2").join(path)
}

#[test]
fn what_people_edit_is_published_and_what_they_did_not_is_shared() {
    let host = host();
    let done = build(&host, SNAPSHOT).success().stderr("");
    assert_eq!(stdout(&done), "step: building\nstep: publishing\npublished: trees/overlay/5/1 (2 files, 18 B)\n");
    assert_ne!(inode(&tree(&host, "cfg/server.cfg")), inode(&file(&host, "cfg/server.cfg")), "copied");
    let shared = inode(&tree(&host, "addons/small.vpk"));
    // By hand and in place: what is published does not see it.
    File::options().append(true).open(file(&host, "cfg/server.cfg")).unwrap().write_all(b"sv_cheats 1\n").unwrap();
    assert_eq!(read(&host, "left4dead2/cfg/server.cfg"), "hostname one\n");
    File::open(file(&host, "addons/small.vpk")).unwrap().set_modified(UNIX_EPOCH).unwrap();
    build(&host, SNAPSHOT).success();
    assert_eq!(
        (published(&host), read(&host, "left4dead2/cfg/server.cfg").as_str()),
        (Some(2), "hostname one\nsv_cheats 1\n")
    );
    assert_eq!(inode(&tree(&host, "addons/small.vpk")), shared);
    let again = build(&host, SNAPSHOT).success();
    assert_eq!(stdout(&again), "step: building\nup to date: trees/overlay/5/2 (2 files, 30 B)\n");
    fs::remove_dir_all(file(&host, "cfg")).unwrap();
    build(&host, SNAPSHOT).success();
    assert_eq!(
        content(&host.root("overlays/5/")).keys().collect::<Vec<_>>(),
        ["left4dead2", "left4dead2/addons", "left4dead2/addons/small.vpk"]
    );
    nothing_left(&host);
}

#[test]
fn a_large_file_is_linked_when_nobody_can_write_it() {
    let host = host();
    let text = "x".repeat(1 << 20);
    for (name, mode) in [("linked.vpk", 0o444), ("copied.vpk", 0o644), ("tool", 0o755)] {
        host.write(&format!("root/files/5/left4dead2/addons/{name}"), &text);
        let path = file(&host, &format!("addons/{name}"));
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        File::open(path).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(7)).unwrap();
    }
    fs::set_permissions(file(&host, "addons/small.vpk"), PermissionsExt::from_mode(0o444)).unwrap();
    build(&host, SNAPSHOT).success();
    let look = |host: &FakeHost, name: &str| {
        let (tree, file) = (fs::metadata(tree(host, name)).unwrap(), fs::metadata(file(host, name)).unwrap());
        (tree.ino() == file.ino(), tree.mode() & 0o7777)
    };
    assert_eq!(look(&host, "addons/linked.vpk"), (true, 0o444));
    assert_eq!(look(&host, "addons/copied.vpk"), (false, 0o644));
    assert_eq!(look(&host, "addons/tool"), (false, 0o755));
    assert_eq!(look(&host, "addons/small.vpk"), (false, 0o644), "a small one is copied all the same");
    assert_eq!(fs::metadata(tree(&host, "addons/copied.vpk")).unwrap().mtime(), 7);
    let copied = inode(&tree(&host, "addons/copied.vpk"));
    host.write("root/files/5/left4dead2/new", "x");
    build(&host, SNAPSHOT).success();
    assert_eq!(look(&host, "addons/linked.vpk"), (true, 0o444));
    assert_eq!(inode(&tree(&host, "addons/copied.vpk")), copied);
}

#[test]
fn links_are_kept_and_the_panels_own_files_are_not() {
    let host = host();
    symlink("server.cfg", file(&host, "cfg/link")).unwrap();
    host.write("root/files/5/left4dead2/.left4me-upload-1", "half");
    host.write("root/files/5/.left4me-chunks/1", "half");
    build(&host, SNAPSHOT).success();
    let content = content(&host.root("overlays/5/"));
    assert_eq!(content["left4dead2/cfg/link"], "-> server.cfg");
    assert!(!content.keys().any(|path| path.contains(".left4me-")), "{content:?}");
    fs::remove_file(file(&host, "cfg/link")).unwrap();
    symlink("other", file(&host, "cfg/link")).unwrap();
    build(&host, SNAPSHOT).success();
    assert_eq!(published(&host), Some(2));
}

#[test]
fn a_program_becomes_one_and_a_mode_that_says_nothing_is_no_change() {
    let host = host();
    build(&host, SNAPSHOT).success();
    fs::set_permissions(file(&host, "cfg/server.cfg"), PermissionsExt::from_mode(0o600)).unwrap();
    assert!(stdout(&build(&host, SNAPSHOT).success()).contains("up to date"));
    fs::set_permissions(file(&host, "cfg/server.cfg"), PermissionsExt::from_mode(0o700)).unwrap();
    build(&host, SNAPSHOT).success();
    assert_eq!(content(&host.root("overlays/5/"))["left4dead2/cfg/server.cfg"], "755 hostname one\n");
}

#[test]
fn what_must_not_be_in_a_tree_is_refused() {
    let host = host();
    build(&host, SNAPSHOT).success();
    mknodat(CWD, file(&host, "pipe"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    let failed = build(&host, SNAPSHOT).code(65);
    let sentence = "a build may leave only directories, regular files and symbolic links";
    assert_eq!(stderr(&failed), format!("l4d2ctl: left4dead2/pipe is a fifo: {sentence}\n"));
    fs::remove_file(file(&host, "pipe")).unwrap();
    crate::fake_host::give_away(&host.root(""));
    fs::set_permissions(file(&host, "cfg/server.cfg"), PermissionsExt::from_mode(0o4755)).unwrap();
    let failed = host.l4d2ctl(&["overlay", "build", "5", "-f", "-"]).write_stdin(SNAPSHOT).assert().code(65);
    assert!(
        stderr(&failed).contains("left4dead2/cfg/server.cfg is a file with a setuid or setgid bit"),
        "{}",
        stderr(&failed)
    );
    assert_eq!(published(&host), Some(1));
    nothing_left(&host);
}

#[test]
fn without_files_there_is_no_snapshot() {
    let host = FakeHost::new();
    let failed = build(&host, SNAPSHOT).code(66);
    assert_eq!(
        stderr(&failed),
        "l4d2ctl: files/5 does not exist below the root directory: there is nothing to take a snapshot of\n"
    );
    host.write("root/elsewhere/x", "x");
    fs::create_dir(host.root("files")).unwrap();
    symlink("../elsewhere", host.root("files/5")).unwrap();
    build(&host, SNAPSHOT).code(74);
    assert_eq!(published(&host), None);
}

#[test]
fn a_limit_holds_for_a_snapshot_too() {
    let host = host();
    build(&host, "kind: snapshot\nmax_bytes: 10\n").code(73);
    build(&host, "kind: snapshot\nmax_files: 4\n").code(73);
    host.write("root/files/5/big", &"x".repeat(2 << 20));
    let failed = super::build_with(&host, SNAPSHOT, &["--keep-free", "9000000000000000000"]).code(74);
    assert!(stderr(&failed).starts_with("l4d2ctl: the disk is nearly full: "), "{}", stderr(&failed));
    assert_eq!(published(&host), None);
    build(&host, "kind: snapshot\nmax_files: 6\n").success();
}
