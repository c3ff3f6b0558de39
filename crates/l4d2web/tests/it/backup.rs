//! `l4d2web backup`: by the real program, while others write.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use l4d2web::db::{self, Db};
use sqlx::Row as _;

use crate::program::run;

async fn database(root: &Path) -> Db {
    let db = Db::open(&root.join("left4me.db")).await.unwrap();
    db::migrate(&db).await.unwrap();
    db
}

/// All rows that a query gives of a copy, as numbers.
#[expect(clippy::disallowed_methods, reason = "a test looks into a file that is not the panel's")]
async fn numbers(file: &Path, query: &'static str) -> Vec<i64> {
    let db = Db::open(file).await.unwrap();
    let rows = sqlx::query(query).fetch_all(db.read()).await.unwrap();
    db.close().await;
    rows.iter().map(|row| row.get(0)).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test looks into a file that is not the panel's")]
async fn integrity(file: &Path) -> String {
    let db = Db::open(file).await.unwrap();
    let word = sqlx::query_scalar::<_, String>("PRAGMA integrity_check").fetch_one(db.read()).await.unwrap();
    db.close().await;
    word
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_others_write_is_whole() {
    let root = tempfile::tempdir().unwrap();
    let db = database(root.path()).await;
    let (stop, committed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
    let writer = tokio::spawn({
        let (db, stop, committed) = (db.clone(), stop.clone(), committed.clone());
        async move {
            let mut number = 0;
            while !stop.load(Ordering::SeqCst) {
                number += 1;
                // Two rows that belong together, in one transaction: a copy has both or none.
                let mut both = db.write().begin().await.unwrap();
                for half in ["a", "b"] {
                    let name = format!("user {number} {half}");
                    #[expect(clippy::disallowed_methods, reason = "a test writes in pairs, which no statement of the panel does")]
                    sqlx::query("INSERT INTO users (name, password_hash, password_changed_at, created_at) VALUES (?, 'x', 0, 0)")
                        .bind(name)
                        .execute(&mut *both)
                        .await
                        .unwrap();
                }
                both.commit().await.unwrap();
                committed.store(number, Ordering::SeqCst);
            }
            number
        }
    });
    let mut last = 0;
    for copy in 0..5 {
        while committed.load(Ordering::SeqCst) < last + 20 {
            tokio::task::yield_now().await;
        }
        let before = committed.load(Ordering::SeqCst);
        let file = root.path().join(format!("copy-{copy}.db"));
        let (root, name) = (root.path().to_owned(), file.to_str().unwrap().to_owned());
        let (code, out, err) = tokio::task::spawn_blocking(move || run(&root, &["backup", &name])).await.unwrap();
        let after = committed.load(Ordering::SeqCst) + 1;
        assert_eq!(code, 0, "{err}");
        assert!(out.starts_with(&format!("wrote {} (", file.display())), "{out}");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(integrity(&file).await, "ok");
        let users = numbers(&file, "SELECT count(*) FROM users").await[0];
        assert!(users % 2 == 0 && before * 2 <= users && users <= after * 2, "{before} {users} {after}");
        assert_eq!(numbers(&file, "SELECT max(id) FROM users").await[0], users, "nothing is missing in between");
        last = after;
    }
    stop.store(true, Ordering::SeqCst);
    assert!(writer.await.unwrap() > 0);
    db.close().await;
    let left: Vec<_> = std::fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_str().unwrap().contains(".part")), "{left:?}");
}

#[tokio::test]
async fn what_cannot_be_written_is_said_and_nothing_is_left() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().display().to_string();
    let (code, _, err) = run(root.path(), &["backup", "/tmp/x"]);
    assert_eq!(code, 1);
    assert_eq!(
        err,
        format!("l4d2web: there is no database {path}/left4me.db (DATABASE_URL): `l4d2web migrate` makes one\n")
    );
    database(root.path()).await.close().await;
    std::fs::write(root.path().join("there"), "precious").unwrap();
    let refusals = [
        (format!("{path}/there"), format!("{path}/there exists already: name a file that does not")),
        (
            format!("{path}/no/copy"),
            format!("cannot write {path}/no/copy.part: its directory does not exist; make it first"),
        ),
        (format!("{path}/there/copy"), format!("cannot write {path}/there/copy.part: Not a directory (os error 20)")),
    ];
    for (file, sentence) in refusals {
        assert_eq!(run(root.path(), &["backup", &file]), (1, String::new(), format!("l4d2web: {sentence}\n")));
    }
    assert_eq!(std::fs::read_to_string(root.path().join("there")).unwrap(), "precious");
    assert_eq!(run(root.path(), &["backup"]).0, 2);
    let mut left: Vec<_> = std::fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["left4me.db", "there"]);
}
