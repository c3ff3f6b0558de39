//! Somebody who can write into the source of an overlay tries to have the panel read or write elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use l4d2web::files::store::Expected;
use l4d2web::files::{FilesError, OnTaken};
use rstest::rstest;

use super::{path, store, top};

/// A secret outside, and each way to it by a link: the file itself, its folder, and a folder on the way.
fn trap() -> (tempfile::TempDir, l4d2web::files::Store) {
    let (root, store) = store();
    fs::write(root.path().join("left4me.db"), "secret").unwrap();
    fs::create_dir(root.path().join("outside")).unwrap();
    fs::write(root.path().join("outside/a.cfg"), "secret").unwrap();
    symlink("../../left4me.db", top(&root).join("file")).unwrap();
    symlink("../../outside", top(&root).join("dir")).unwrap();
    symlink("/etc/passwd", top(&root).join("absolute")).unwrap();
    symlink("/proc/self/environ", top(&root).join("magic")).unwrap();
    symlink("inside", top(&root).join("here")).unwrap();
    fs::create_dir(top(&root).join("inside")).unwrap();
    (root, store)
}

#[rstest]
#[case("file")]
#[case("dir/a.cfg")]
#[case("absolute")]
#[case("magic")]
#[case("here/x")]
fn no_link_is_read_through(#[case] way: &str) {
    let (_root, store) = trap();
    for got in
        [store.text(&path(way)).map(drop), store.file(&path(way)).map(drop), store.list(&path(way), 0, 9).map(drop)]
    {
        assert!(
            matches!(got, Err(FilesError::Link(_) | FilesError::Kind { .. } | FilesError::Missing(_))),
            "{way}: {got:?}"
        );
    }
}

#[rstest]
#[case("dir/new.cfg")]
#[case("dir/a.cfg")]
#[case("dir/deep/new.cfg")]
#[case("here/new.cfg")]
fn nothing_is_written_or_removed_through_a_link(#[case] way: &str) {
    let (root, store) = trap();
    store.save(&path("own.cfg"), "own", &Expected::Nothing).unwrap();
    assert!(store.save(&path(way), "bad", &Expected::Anything).is_err());
    assert!(store.make_folder(&path(way)).is_err());
    assert!(store.relocate(&path("own.cfg"), &path(way), OnTaken::Replace).is_err());
    assert!(store.relocate(&path(way), &path("taken.cfg"), OnTaken::Replace).is_err());
    assert!(store.remove(&path(way)).is_err());
    let outside: Vec<_> = fs::read_dir(root.path().join("outside")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(outside, ["a.cfg"]);
    assert_eq!(fs::read_to_string(root.path().join("outside/a.cfg")).unwrap(), "secret");
    assert_eq!(fs::read_dir(top(&root).join("inside")).unwrap().count(), 0);
}

#[test]
fn a_link_itself_is_replaced_moved_and_deleted_and_its_target_stays() {
    let (root, store) = trap();
    store.save(&path("file"), "mine now", &Expected::Anything).unwrap();
    store.relocate(&path("dir"), &path("inside/dir"), OnTaken::Refuse).unwrap();
    store.remove(&path("inside/dir")).unwrap();
    store.remove(&path("absolute")).unwrap();
    assert_eq!(fs::read_to_string(root.path().join("left4me.db")).unwrap(), "secret");
    assert_eq!(fs::read_to_string(root.path().join("outside/a.cfg")).unwrap(), "secret");
    assert!(fs::symlink_metadata(top(&root).join("file")).unwrap().is_file());
}

#[test]
fn deleting_and_downloading_a_folder_do_not_follow_what_is_in_it() {
    let (root, store) = trap();
    fs::create_dir(top(&root).join("bag")).unwrap();
    for (name, target) in [("a", "../../../outside"), ("b", "../../../left4me.db"), ("c", "..")] {
        symlink(target, top(&root).join("bag").join(name)).unwrap();
    }
    let mut zip = Vec::new();
    store.zip(&path("bag")).unwrap().write(&mut zip).unwrap();
    assert!(!zip.windows(6).any(|part| part == b"secret"));
    store.remove(&path("bag")).unwrap();
    assert!(root.path().join("outside/a.cfg").exists() && top(&root).join("inside").exists());
}

#[test]
fn pipes_and_sockets_are_neither_read_nor_waited_for() {
    let (root, store) = trap();
    rustix::fs::mknodat(rustix::fs::CWD, top(&root).join("pipe.cfg"), rustix::fs::FileType::Fifo, 0o644.into(), 0)
        .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(top(&root).join("socket.cfg")).unwrap();
    assert!(matches!(store.text(&path("pipe.cfg")), Err(FilesError::Kind { .. })));
    assert!(store.text(&path("socket.cfg")).is_err());
    let mut zip = Vec::new();
    store.zip(&path("")).unwrap().write(&mut zip).unwrap();
    store.remove(&path("pipe.cfg")).unwrap();
    store.remove(&path("socket.cfg")).unwrap();
}

#[test]
fn the_directory_of_an_overlay_must_not_be_a_link() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("files")).unwrap();
    fs::create_dir(root.path().join("outside")).unwrap();
    symlink("../outside", root.path().join("files/7")).unwrap();
    assert!(l4d2web::files::Files::new(root.path()).store(super::OVERLAY).is_err());
    fs::remove_file(root.path().join("files/7")).unwrap();
    fs::remove_dir(root.path().join("files/.left4me-staging")).unwrap();
    symlink("../outside", root.path().join("files/.left4me-staging")).unwrap();
    assert!(l4d2web::files::Files::new(root.path()).store(super::OVERLAY).is_err());
    assert_eq!(fs::read_dir(root.path().join("outside")).unwrap().count(), 0);
}

/// While one thread turns a folder into a link and back, and moves it away, nothing that the panel does lands outside.
#[test]
fn a_folder_that_becomes_a_link_in_the_middle_leads_nowhere() {
    let (root, store) = store();
    let outside = root.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.cfg"), "secret").unwrap();
    fs::create_dir(top(&root).join("cfg")).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (done, dir, target) = (Arc::clone(&stop), top(&root), outside.clone());
    let attacker = std::thread::spawn(move || {
        let mut turns = 0;
        while !done.load(Ordering::Relaxed) {
            let _ = fs::rename(dir.join("cfg"), dir.join(format!("away-{turns}")));
            let _ = symlink(&target, dir.join("cfg"));
            std::thread::yield_now();
            let _ = fs::remove_file(dir.join("cfg"));
            let _ = fs::create_dir(dir.join("cfg"));
            turns += 1;
        }
        turns
    });
    let (mut good, mut bad) = (0, 0);
    for number in 0..3000 {
        let name = path(&format!("cfg/x{}.cfg", number % 7));
        for done in [
            store.save(&name, "mine", &Expected::Anything).map(drop),
            store.text(&name).map(|text| assert_ne!(text.text, "secret")),
            store.text(&path("cfg/secret.cfg")).map(|text| panic!("{text:?}")),
            store.remove(&name),
            store.remove(&path("cfg/secret.cfg")),
        ] {
            if done.is_ok() { good += 1 } else { bad += 1 }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let turns = attacker.join().unwrap();
    assert!(good > 0 && bad > 0 && turns > 10, "both ways were taken: {good} {bad} {turns}");
    let left: Vec<_> = fs::read_dir(&outside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["secret.cfg"]);
    assert_eq!(fs::read_to_string(outside.join("secret.cfg")).unwrap(), "secret");
}
