//! `l4d2web seed-script-overlays` and `l4d2web refresh`, as an operator and the nightly timer run them.

use std::path::Path;

use l4d2web::db::{self, Db, overlay_builds};
use l4d2web::id::OverlayId;
use l4d2web::overlays::Kind;
use tempfile::TempDir;

use crate::panel::NOW;
use crate::program::run;

struct Seeds {
    root: TempDir,
    scripts: TempDir,
}

impl Seeds {
    fn new(files: &[(&str, &str)]) -> Self {
        let new = Self { root: tempfile::tempdir().unwrap(), scripts: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            new.write(name, text);
        }
        new
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.scripts.path().join(name), text).unwrap();
    }

    fn seed(&self, more: &[&str]) -> (i32, String, String) {
        let directory = self.scripts.path().to_str().unwrap();
        run(self.root.path(), &[&["seed-script-overlays", directory], more].concat())
    }

    async fn db(&self) -> Db {
        db(self.root.path()).await
    }
}

async fn db(root: &Path) -> Db {
    let db = Db::open(&root.join("left4me.db")).await.unwrap();
    db::migrate(&db).await.unwrap();
    db
}

#[tokio::test]
async fn seeding_makes_what_is_missing_and_brings_the_rest_up_to_date() {
    let seeds = Seeds::new(&[("b.sh", "echo b\r\n"), ("a.sh", "echo a"), ("README.md", "no script")]);
    let said = (0, "made “a” (overlay 1)\nmade “b” (overlay 2)\n".to_owned(), String::new());
    assert_eq!(seeds.seed(&[]), said);
    let said = (0, "has already: “a” (overlay 1)\nhas already: “b” (overlay 2)\n".to_owned(), String::new());
    assert_eq!(seeds.seed(&[]), said);
    seeds.write("a.sh", "echo better");
    seeds.write("c.sh", "echo c");
    let (code, out, _) = seeds.seed(&["--build"]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "brought up to date “a” (overlay 1)\nasked for job 1, which builds it\nhas already: “b” (overlay 2)\n\
         made “c” (overlay 3)\nasked for job 2, which builds it\n"
    );
    let db = seeds.db().await;
    for (id, text) in [(1, "echo better\n"), (2, "echo b\n"), (3, "echo c\n")] {
        assert_eq!(overlay_builds::script(&db, OverlayId(id)).await.unwrap(), text);
        let overlay = db::overlays::find(&db, OverlayId(id)).await.unwrap().unwrap();
        assert_eq!((overlay.owner_id, overlay.kind, overlay.reference), (None, Kind::Script, id.to_string()));
    }
    db.close().await;
}

#[tokio::test]
async fn what_is_in_the_way_is_left_alone_and_named() {
    let seeds = Seeds::new(&[("a.sh", "echo a"), ("b.sh", "echo b")]);
    let db = seeds.db().await;
    db::overlays::insert(&db, None, "a", Kind::Files, NOW).await.unwrap();
    db.close().await;
    let (code, out, err) = seeds.seed(&[]);
    assert_eq!((code, out.as_str()), (1, "made “b” (overlay 2)\n"));
    assert!(err.contains("left “a” alone: an overlay of that name is for everybody, and no script"), "{err}");
}

#[tokio::test]
async fn what_is_no_script_is_refused_before_anything_is_stored() {
    for (name, text, reason) in [
        ("z.sh", "", "it is empty"),
        ("z.sh", "a\0b", "NUL character"),
        ("z\nz.sh", "echo", "A name is one line"),
        ("z.sh", &"a".repeat(256 * 1024 + 1), "at most 262144 bytes"),
    ] {
        let seeds = Seeds::new(&[("a.sh", "echo a"), (name, text)]);
        let (code, out, err) = seeds.seed(&[]);
        assert_eq!((code, out.as_str()), (1, ""), "{reason}");
        assert!(err.contains(reason), "{err}");
        assert_eq!(db::overlays::names(&seeds.db().await).await.unwrap(), []);
    }
    let seeds = Seeds::new(&[]);
    assert!(seeds.seed(&[]).2.contains("there is no *.sh in"));
    let gone = run(seeds.root.path(), &["seed-script-overlays", "/nothing/here"]);
    assert!(gone.0 == 1 && gone.2.contains("cannot read /nothing/here"), "{gone:?}");
}

#[tokio::test]
async fn a_refresh_is_asked_for_once() {
    let root = tempfile::tempdir().unwrap();
    let (code, _, err) = run(root.path(), &["refresh"]);
    assert!(code == 1 && err.contains("there is no database"), "{err}");
    db(root.path()).await.close().await;
    assert_eq!(run(root.path(), &["refresh"]), (0, "asked for job 1\n".to_owned(), String::new()));
    assert_eq!(run(root.path(), &["refresh"]), (0, "asked for already: job 1\n".to_owned(), String::new()));
}

#[tokio::test]
async fn a_panel_that_runs_does_what_another_process_asks_for() {
    let serving = crate::program::Serving::start(tempfile::tempdir().unwrap(), |_| {});
    let (code, out, _) = run(serving.root.path(), &["refresh"]);
    assert_eq!((code, out.as_str()), (0, "asked for job 1\n"));
    let db = db(serving.root.path()).await;
    let since = std::time::Instant::now();
    while !db::jobs::find(&db, l4d2web::id::JobId(1)).await.unwrap().unwrap().state.is_over() {
        assert!(since.elapsed() < std::time::Duration::from_secs(30), "nobody did it");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
