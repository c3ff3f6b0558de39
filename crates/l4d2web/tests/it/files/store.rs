use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use l4d2web::files::store::{EntryKind, Expected, Version};
use l4d2web::files::{FilesError, OnTaken};
use rstest::rstest;

use super::{all, path, staged, store, top};

#[test]
fn a_text_is_saved_read_and_saved_over_what_was_read() {
    let (root, store) = store();
    let cfg = path("left4dead2/cfg/server.cfg");
    let first = store.save(&cfg, "hostname a\n", &Expected::Nothing).unwrap();
    let read = store.text(&cfg).unwrap();
    assert_eq!((read.text.as_str(), &read.version), ("hostname a\n", &first));
    store.save(&cfg, "hostname b\n", &Expected::This(first.clone())).unwrap();
    let late = store.save(&cfg, "hostname c\n", &Expected::This(first));
    assert!(matches!(late, Err(FilesError::Changed(_))), "{late:?}");
    assert_eq!(store.text(&cfg).unwrap().text, "hostname b\n");
    store.save(&cfg, "hostname c\n", &Expected::Anything).unwrap();
    assert!(matches!(store.save(&cfg, "", &Expected::Nothing), Err(FilesError::Taken(_))));
    assert_eq!(all(&top(&root)), [("left4dead2/cfg/server.cfg".to_owned(), "hostname c\n".to_owned())]);
    assert_eq!(staged(&root), [""; 0]);
}

#[test]
fn what_was_edited_by_hand_meanwhile_is_not_lost() {
    use std::io::Write as _;
    let (root, store) = store();
    let version = store.save(&path("a.cfg"), "one\n", &Expected::Nothing).unwrap();
    fs::OpenOptions::new().append(true).open(top(&root).join("a.cfg")).unwrap().write_all(b"by hand\n").unwrap();
    assert!(matches!(store.save(&path("a.cfg"), "two\n", &Expected::This(version)), Err(FilesError::Changed(_))));
    assert_eq!(store.text(&path("a.cfg")).unwrap().text, "one\nby hand\n");
}

#[test]
fn a_save_gives_a_new_inode_so_that_a_shared_one_keeps_its_text() {
    let (root, store) = store();
    store.save(&path("a.cfg"), &"x".repeat(1 << 20), &Expected::Nothing).unwrap();
    let published = root.path().join("published");
    fs::hard_link(top(&root).join("a.cfg"), &published).unwrap();
    assert_eq!(fs::metadata(&published).unwrap().permissions().mode() & 0o777, 0o444, "nobody writes into it in place");
    store.save(&path("a.cfg"), "new", &Expected::Anything).unwrap();
    assert_eq!(fs::metadata(&published).unwrap().len(), 1 << 20);
    assert_eq!(fs::metadata(top(&root).join("a.cfg")).unwrap().permissions().mode() & 0o777, 0o644);
}

#[rstest]
#[case(b"a\0b".as_slice(), "NUL")]
#[case(b"ok\nbad \xff\n", "line 2")]
fn what_is_no_text_is_not_edited(#[case] content: &[u8], #[case] why: &str) {
    let (root, store) = store();
    fs::write(top(&root).join("a.cfg"), content).unwrap();
    let said = store.text(&path("a.cfg")).unwrap_err().to_string();
    assert!(said.contains(why), "{said}");
    let saved = store.save(&path("a.cfg"), "x", &Expected::This(Version::of(b"")));
    assert!(matches!(saved, Err(FilesError::Changed(_))), "{saved:?}");
    assert_eq!(fs::read(top(&root).join("a.cfg")).unwrap(), content);
}

#[test]
fn long_text_is_refused_both_ways() {
    let (root, store) = store();
    assert!(matches!(
        store.save(&path("a"), &"x".repeat((1 << 20) + 1), &Expected::Nothing),
        Err(FilesError::LongText(_))
    ));
    fs::write(top(&root).join("b"), vec![b'x'; (1 << 20) + 1]).unwrap();
    assert!(store.text(&path("b")).unwrap_err().to_string().contains("longer than 1 MiB"));
    assert!(!store.has(&path("a")).unwrap());
}

#[test]
fn folders_come_first_and_pages_join() {
    let (root, store) = store();
    for name in ["b", "A", "c"] {
        store.make_folder(&path(name)).unwrap();
    }
    for name in ["z.cfg", "a.cfg", "B.cfg"] {
        store.save(&path(name), name, &Expected::Nothing).unwrap();
    }
    fs::write(top(&root).join(".left4me-x"), "ours").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", top(&root).join("link")).unwrap();
    let shown = |offset| store.list(&path(""), offset, 4).unwrap();
    let names: Vec<_> = shown(0).entries.into_iter().chain(shown(4).entries).map(|entry| entry.shown).collect();
    assert_eq!(names, ["A", "b", "c", "a.cfg", "B.cfg", "link", "z.cfg"]);
    assert_eq!(shown(0).total, 7);
    assert_eq!(shown(4).entries[0].kind, EntryKind::File(5));
    assert_eq!(shown(4).entries[1].kind, EntryKind::Link);
}

#[test]
fn names_that_are_none_of_ours_are_shown_and_no_more() {
    use std::os::unix::ffi::OsStrExt as _;
    let (root, store) = store();
    fs::write(top(&root).join(std::ffi::OsStr::from_bytes(b"\xff\x1b[31mred")), "").unwrap();
    let listing = store.list(&path(""), 0, 10).unwrap();
    assert_eq!(listing.entries[0].name, None);
    assert!(!listing.entries[0].shown.contains('\u{1b}'), "{:?}", listing.entries[0].shown);
}

#[test]
fn moving() {
    let (root, store) = store();
    store.save(&path("cfg/a.cfg"), "a", &Expected::Nothing).unwrap();
    store.save(&path("cfg/b.cfg"), "b", &Expected::Nothing).unwrap();
    let to = |from, to, on_taken| store.relocate(&path(from), &path(to), on_taken);
    assert_eq!(to("cfg/a.cfg", "new/deep/a.cfg", OnTaken::Refuse).unwrap(), path("new/deep/a.cfg"));
    assert!(matches!(to("new/deep/a.cfg", "cfg/b.cfg", OnTaken::Refuse), Err(FilesError::Taken(_))));
    assert_eq!(to("new/deep/a.cfg", "cfg/b.cfg", OnTaken::KeepBoth).unwrap(), path("cfg/b (2).cfg"));
    to("cfg/b (2).cfg", "cfg/b.cfg", OnTaken::Replace).unwrap();
    assert_eq!(all(&top(&root)), [("cfg/b.cfg".to_owned(), "a".to_owned())]);
    for (from, into) in [("cfg", "cfg/in/cfg"), ("cfg", "cfg/x"), ("new", "new/deep/new")] {
        assert!(matches!(to(from, into, OnTaken::Refuse), Err(FilesError::Cycle(_))), "{from} {into}");
    }
    // Over the folder that it is in.
    assert!(matches!(to("cfg/b.cfg", "cfg", OnTaken::Replace), Err(FilesError::Cycle(_))));
    assert!(matches!(to("nothing", "x", OnTaken::Refuse), Err(FilesError::Missing(_))));
    assert_eq!(to("cfg", "cfg", OnTaken::Refuse).unwrap(), path("cfg"), "itself");
    // A folder over a folder, and over a file.
    store.save(&path("other/c.cfg"), "c", &Expected::Nothing).unwrap();
    to("other", "cfg", OnTaken::Replace).unwrap();
    assert_eq!(all(&top(&root)), [("cfg/c.cfg".to_owned(), "c".to_owned())]);
    store.save(&path("file"), "f", &Expected::Nothing).unwrap();
    to("cfg", "file", OnTaken::Replace).unwrap();
    assert_eq!(all(&top(&root)), [("file/c.cfg".to_owned(), "c".to_owned())]);
    assert_eq!(staged(&root), [""; 0]);
}

#[test]
fn what_would_be_too_deep_or_too_long_in_its_new_place_stays() {
    let (root, store) = store();
    let deep = vec!["d"; 20].join("/");
    store.make_folder(&path(&format!("a/{deep}"))).unwrap();
    store.make_folder(&path(&format!("b/{deep}"))).unwrap();
    let moved = store.relocate(&path("a"), &path(&format!("b/{deep}/a")), OnTaken::Refuse);
    assert!(matches!(moved, Err(FilesError::Path(_))), "{moved:?}");
    let long = "n".repeat(250);
    store.make_folder(&path(&format!("c/{long}/{long}/{long}"))).unwrap();
    store.make_folder(&path(&long)).unwrap();
    assert!(store.relocate(&path("c"), &path(&format!("{long}/{long}/c")), OnTaken::Refuse).is_err());
    assert!(top(&root).join("a").exists() && top(&root).join("c").exists());
}

#[test]
fn deleting_takes_all_that_is_in_it() {
    let (root, store) = store();
    store.save(&path("a/b/c.cfg"), "c", &Expected::Nothing).unwrap();
    store.save(&path("d.cfg"), "d", &Expected::Nothing).unwrap();
    // By hand: locked, and deeper than anything that comes through the panel.
    let mut deep = top(&root).join("a");
    for _ in 0..300 {
        deep.push("x");
    }
    fs::create_dir_all(&deep).unwrap();
    fs::set_permissions(top(&root).join("a/b"), fs::Permissions::from_mode(0o000)).unwrap();
    store.remove(&path("a")).unwrap();
    store.remove(&path("d.cfg")).unwrap();
    assert!(matches!(store.remove(&path("d.cfg")), Err(FilesError::Missing(_))));
    assert!(store.remove(&path("")).is_err(), "the top is no entry of itself");
    assert_eq!(fs::read_dir(top(&root)).unwrap().count(), 0);
    assert_eq!(staged(&root), [""; 0]);
    store.remove_all().unwrap();
    assert!(!top(&root).exists());
}

#[test]
fn a_folder_comes_as_one_zip() {
    let (root, store) = store();
    store.save(&path("left4dead2/cfg/ü server.cfg"), "hostname a\n", &Expected::Nothing).unwrap();
    store.save(&path("left4dead2/empty.txt"), "", &Expected::Nothing).unwrap();
    store.make_folder(&path("left4dead2/missions")).unwrap();
    fs::write(top(&root).join("left4dead2/map.vpk"), vec![7; 3 << 20]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", top(&root).join("left4dead2/link")).unwrap();
    let zip = root.path().join("out.zip");
    store.zip(&path("left4dead2")).unwrap().write(fs::File::create(&zip).unwrap()).unwrap();
    // Python reads it: a program that has nothing to do with ours.
    let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n\
                  for i in z.infolist(): print(i.filename, i.file_size, i.date_time[0] > 2000)";
    #[expect(clippy::disallowed_methods, reason = "a program that a test asks")]
    let out = std::process::Command::new("python3").args(["-c", script]).arg(&zip).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines,
        ["cfg/ 0 True", "cfg/ü server.cfg 11 True", "empty.txt 0 True", "map.vpk 3145728 True", "missions/ 0 True"]
    );
}

#[test]
fn weighing() {
    let (_root, store) = store();
    store.save(&path("a/b/c.cfg"), "123", &Expected::Nothing).unwrap();
    store.save(&path("a/d"), "4567", &Expected::Nothing).unwrap();
    let weight = store.weigh(&path("")).unwrap();
    assert_eq!((weight.files, weight.folders, weight.bytes, weight.deepest), (2, 2, 7, 3));
    assert_eq!(store.weigh(&path("a/d")).unwrap().bytes, 4);
}

#[test]
fn writers_take_turns() {
    let (root, store) = store();
    let store = std::sync::Arc::new(store);
    let version = store.save(&path("a.cfg"), "0", &Expected::Nothing).unwrap();
    // Of twenty who read the same text, one saves; the others are told.
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let (store, version) = (std::sync::Arc::clone(&store), version.clone());
            std::thread::spawn(move || {
                store.save(&path("a.cfg"), &format!("by {number}"), &Expected::This(version)).is_ok()
            })
        })
        .collect();
    let saved = tasks.into_iter().map(|task| task.join().unwrap()).filter(|saved| *saved).count();
    assert_eq!(saved, 1);
    assert_eq!(staged(&root), [""; 0]);
}
