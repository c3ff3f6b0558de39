//! Overlays that are files of the cache by other names.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{build, content, inode, nothing_left, published, stderr, stdout};
use crate::fake_host::FakeHost;

const TWO: &str = "kind: links\nfiles:\n  left4dead2/addons/1.vpk: workshop_cache/1.vpk\n  left4dead2/addons/b/2.vpk: map_cache/x/2.vpk\n";

/// A host with two files in the cache, as the panel keeps them.
fn host() -> FakeHost {
    let host = FakeHost::new();
    for (path, text) in [("workshop_cache/1.vpk", "one"), ("map_cache/x/2.vpk", "second")] {
        cache(&host, path, text);
    }
    host
}

/// Puts a file into the cache, in the place of the one that is there.
fn cache(host: &FakeHost, path: &str, text: &str) {
    host.write(&format!("root/{path}.new"), text);
    let new = host.root(&format!("{path}.new"));
    fs::set_permissions(&new, PermissionsExt::from_mode(0o444)).unwrap();
    fs::rename(new, host.root(path)).unwrap();
}

#[test]
fn files_of_the_cache_stand_in_the_tree_without_a_byte_copied() {
    let host = host();
    let done = build(&host, TWO).success().stderr("");
    assert_eq!(stdout(&done), "step: building\nstep: publishing\npublished: trees/overlay/5/1 (2 files, 9 B)\n");
    for (path, source) in [("addons/1.vpk", "workshop_cache/1.vpk"), ("addons/b/2.vpk", "map_cache/x/2.vpk")] {
        let (linked, source) = (host.root("overlays/5/left4dead2").join(path), host.root(source));
        assert_eq!(inode(&linked), inode(&source));
        let meta = fs::metadata(source).unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.nlink()), (0o444, 2), "what is shared keeps its mode");
    }
    nothing_left(&host);
    let again = build(&host, TWO).success().stderr("");
    assert_eq!(stdout(&again), "step: building\nup to date: trees/overlay/5/1 (2 files, 9 B)\n");
    nothing_left(&host);
}

#[test]
fn what_is_no_longer_listed_goes_and_what_the_cache_has_anew_comes() {
    let host = host();
    build(&host, TWO).success();
    // The same bytes in another file: the old one would stay on disk beside it.
    cache(&host, "workshop_cache/1.vpk", "one");
    build(&host, TWO).success();
    assert_eq!(published(&host), Some(2));
    assert_eq!(inode(&host.root("overlays/5/left4dead2/addons/1.vpk")), inode(&host.root("workshop_cache/1.vpk")));
    build(&host, "kind: links\nfiles: {a: map_cache/x/2.vpk}\n").success();
    assert_eq!(content(&host.root("overlays/5/")).into_iter().collect::<Vec<_>>(), [("a".into(), "444 second".into())]);
    build(&host, "kind: links\nfiles: {}\n").success();
    assert_eq!((published(&host), content(&host.root("overlays/5/")).len()), (Some(4), 0));
    let trees: Vec<_> = fs::read_dir(host.root("trees/overlay/5")).unwrap().collect();
    assert_eq!(trees.len(), 1, "the others were collected");
}

#[rstest]
#[case::missing("workshop_cache/3.vpk", "it does not exist")]
#[case::missing_place("workshop_cache/x/3.vpk", "it does not exist")]
#[case::below_a_file("workshop_cache/1.vpk/x", "it does not exist, and a file stands where its directory should be")]
#[case::link("workshop_cache/link", "a symbolic link is in the way")]
#[case::through_a_link("workshop_cache/dir/secret", "a symbolic link is in the way")]
#[case::directory("map_cache/x", "it is not a regular file")]
#[case::fifo("workshop_cache/fifo", "it is not a regular file")]
#[case::writable(
    "workshop_cache/open",
    "what is linked must be read-only (mode 0444), or a write to it would change what is published"
)]
#[case::hidden(
    "workshop_cache/hidden",
    "what is linked must be read-only (mode 0444), or a write to it would change what is published"
)]
fn a_source_that_is_none_is_refused(#[case] source: &str, #[case] reason: &str) {
    let host = host();
    build(&host, TWO).success();
    let before = content(&host.root("overlays/5/"));
    host.write("root/secret/secret", "x");
    symlink("1.vpk", host.root("workshop_cache/link")).unwrap();
    symlink("../secret", host.root("workshop_cache/dir")).unwrap();
    mknodat(CWD, host.root("workshop_cache/fifo"), FileType::Fifo, Mode::from_raw_mode(0o444), 0).unwrap();
    for (path, mode) in [("open", 0o464), ("hidden", 0o400)] {
        host.write(&format!("root/workshop_cache/{path}"), "x");
        fs::set_permissions(host.root("workshop_cache").join(path), PermissionsExt::from_mode(mode)).unwrap();
    }
    let failed = build(&host, &format!("kind: links\nfiles: {{a: workshop_cache/1.vpk, b: {source}}}\n")).code(65);
    assert_eq!(stderr(&failed), format!("l4d2ctl: {source} cannot stand at b: {reason}\n"));
    assert_eq!((published(&host), content(&host.root("overlays/5/"))), (Some(1), before));
    nothing_left(&host);
}

#[test]
fn a_limit_holds_for_links_too() {
    let host = host();
    let failed = build(&host, &format!("{TWO}max_bytes: 5000\n")).code(73);
    assert_eq!(
        stderr(&failed),
        "l4d2ctl: the overlay is too big: it has more than 5.0 kB; files count with what they take on disk where that is more than their length\n"
    );
    build(&host, &format!("{TWO}max_files: 1\n")).code(73);
    assert_eq!(published(&host), None);
    build(&host, &format!("{TWO}max_bytes: 100000\nmax_files: 5\n")).success();
}
