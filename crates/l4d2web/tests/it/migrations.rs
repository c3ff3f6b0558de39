//! Migrations: from an empty file, from every earlier schema, and what is refused. The real program where a person sees it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use l4d2web::account::UserName;
use l4d2web::db::{self, Db, DbError, Schema};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;

use crate::program::run;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas");

fn root() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("left4me.db");
    (root, file)
}

/// Runs statements on a file as another program would.
async fn execute(file: &Path, statements: &str) {
    // A dump has its tables in an order of its own.
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
    let mut other = options.connect().await.unwrap();
    // What is in the file is in the file itself, whoever closes it last and when.
    let statements = format!("{statements}; PRAGMA wal_checkpoint(TRUNCATE);");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
}

/// All that a file holds: the schema and every row of every table, but when migrations ran.
#[expect(clippy::disallowed_methods, reason = "a test reads tables whatever they are")]
async fn dump(file: &Path) -> Vec<String> {
    let mut other = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let schema = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    let tables = sqlx::query(schema).fetch_all(&mut other).await.unwrap();
    let mut all = Vec::new();
    for table in &tables {
        let (name, sql): (String, Option<String>) = (table.get(0), table.get(1));
        let sql = sql.unwrap_or_default();
        if sql.starts_with("CREATE TABLE") && name != "_sqlx_migrations" {
            let columns = sqlx::query_scalar::<_, String>("SELECT group_concat(name) FROM pragma_table_info(?)");
            let columns = columns.bind(&name).fetch_one(&mut other).await.unwrap();
            let rows = format!("SELECT json_array({}) FROM {name}", columns.replace("token_hash", "hex(token_hash)"));
            let rows = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(rows)).fetch_all(&mut other).await.unwrap();
            all.extend(rows.iter().map(|row| format!("{name}: {row}")));
        }
        all.push(sql);
    }
    other.close().await.unwrap();
    all
}

/// The migrations of this version and these after them.
async fn with_more(directory: &Path, more: &[(&str, &str)]) -> Migrator {
    let set = directory.join("set");
    fs::create_dir_all(&set).unwrap();
    for entry in fs::read_dir(MIGRATIONS).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), set.join(entry.file_name())).unwrap();
    }
    for (name, sql) in more {
        fs::write(set.join(name), sql).unwrap();
    }
    Migrator::new(set.as_path()).await.unwrap()
}

/// The schemas that databases out there may have: a release adds that of the one before.
const RELEASED: [i64; 2] = [1, 2];

const MORE: [(&str, &str); 2] = [
    ("9001_motto.sql", "ALTER TABLE users ADD COLUMN motto TEXT NOT NULL DEFAULT 'none';"),
    ("9002_mottos.sql", "UPDATE users SET motto = 'of ' || name; CREATE INDEX users_motto ON users (motto);"),
];

#[tokio::test]
async fn an_empty_file_gets_the_schema_and_no_copy() {
    for empty in [false, true] {
        let (root, file) = root();
        if empty {
            fs::write(&file, "").unwrap();
        }
        let now = Schema::current().0;
        assert_eq!(
            run(root.path(), &["migrate"]),
            (0, format!("made the database with schema {now}\n"), String::new())
        );
        assert_eq!(
            run(root.path(), &["migrate"]),
            (0, format!("the database has schema {now} already\n"), String::new())
        );
        let names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!names.iter().any(|name| name.to_string_lossy().contains(".before-")), "no copy of nothing: {names:?}");
    }
}

#[tokio::test]
async fn every_earlier_schema_becomes_that_of_today() {
    let (_keep, fresh) = root();
    let db = Db::open(&fresh).await.unwrap();
    db::migrate(&db).await.unwrap();
    db.close().await;
    let wanted: Vec<_> = dump(&fresh).await;
    for schema in RELEASED {
        let sql = fs::read_to_string(Path::new(SCHEMAS).join(format!("{schema:04}.sql"))).unwrap_or_else(|error| {
            panic!("tests/schemas/{schema:04}.sql: {error}; its README.md says how it is made")
        });
        let (root, file) = root();
        execute(&file, &sql).await;
        let rows = dump(&file).await.iter().filter(|line| line.contains(": [")).count();
        let (code, out, err) = run(root.path(), &["migrate"]);
        assert_eq!(code, 0, "{err}");
        assert!(out.starts_with(&format!("schema {schema} is now schema {}", Schema::current().0)), "{out}");
        let got = dump(&file).await;
        assert!(rows > 0 && got.iter().filter(|line| line.contains(": [")).count() >= rows);
        assert_eq!(got.into_iter().filter(|line| !line.contains(": [")).collect::<Vec<_>>(), wanted);
    }
}

#[tokio::test]
async fn a_change_keeps_a_copy_from_before_which_nobody_else_can_read() {
    let (root, file) = root();
    let db = Db::open(&file).await.unwrap();
    db::migrate(&db).await.unwrap();
    db::users::insert(&db, &UserName::parse("zoey").unwrap(), "hash", true, 7).await.unwrap();
    let before = dump(&file).await;
    // A copy of an earlier try, in the way.
    let copy = root.path().join("left4me.db.before-9002");
    fs::write(&copy, "half a copy").unwrap();
    let set = with_more(root.path(), &MORE).await;
    let done = db::migrate_by(&db, &set).await.unwrap();
    assert_eq!((done.from, done.to, done.copy), (Schema::current(), Schema(9002), Some(copy.clone())));
    assert_eq!(dump(&copy).await, before);
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(dump(&file).await.iter().any(|line| line.starts_with("users: [") && line.contains("of zoey")));
    let again = db::migrate_by(&db, &set).await.unwrap();
    assert_eq!((again.from, again.copy), (Schema(9002), None));
    db.close().await;
    // And back: the panel of today refuses it, and its copy is what can be put back.
    assert!(matches!(Db::open(&file).await, Err(DbError::Newer { found: 9002, .. })));
    fs::rename(&copy, &file).unwrap();
    assert_eq!(run(root.path(), &["migrate"]).0, 0);
}

#[tokio::test]
async fn of_migrations_that_fail_none_stays() {
    let (root, file) = root();
    let db = Db::open(&file).await.unwrap();
    db::migrate(&db).await.unwrap();
    db::users::insert(&db, &UserName::parse("zoey").unwrap(), "hash", true, 7).await.unwrap();
    let before = dump(&file).await;
    let bad = [MORE[0], ("9002_bad.sql", "UPDATE users SET motto = 'gone'; DROP TABLE jobs_of_nobody;")];
    let set = with_more(root.path(), &bad).await;
    let error = db::migrate_by(&db, &set).await.unwrap_err();
    let DbError::Migrate { .. } = &error else { panic!("{error:?}") };
    assert!(format!("{:#}", anyhow::Error::new(error)).contains("jobs_of_nobody"), "the cause is named");
    assert_eq!(dump(&file).await, before);
    assert_eq!(dump(&root.path().join("left4me.db.before-9002")).await, before);
    assert_eq!(db::users::count(&db).await.unwrap(), 1, "and the database can be used");
    db.close().await;
    assert_eq!(run(root.path(), &["migrate"]).0, 0);
}

/// Runs every verb that opens the database, which must be refused with this sentence, and leave the file byte for byte.
fn refused(root: &Path, file: &Path, sentence: &str) {
    let before = fs::read(file).unwrap();
    let copy = root.join("copy");
    for words in [&["serve"][..], &["migrate"], &["backup", copy.to_str().unwrap()]] {
        let (code, out, err) = run(root, words);
        assert_eq!((code, out.as_str()), (1, ""), "{words:?}: {err}");
        assert_eq!(err.lines().last(), Some(format!("l4d2web: {sentence}").as_str()), "{words:?}");
        assert_eq!(fs::read(file).unwrap(), before, "{words:?}");
    }
    assert!(!copy.exists());
}

#[tokio::test]
async fn a_newer_schema_is_refused_untouched() {
    let (root, file) = root();
    let db = Db::open(&file).await.unwrap();
    db::migrate_by(&db, &with_more(root.path(), &MORE).await).await.unwrap();
    db.close().await;
    let (path, now) = (file.display(), Schema::current().0);
    refused(
        root.path(),
        &file,
        &format!(
            "the database {path} has schema 9002, and this l4d2web knows {now} at most: use the version that wrote it, or a newer one"
        ),
    );
}

#[tokio::test]
async fn another_history_is_refused_untouched() {
    let (root, file) = root();
    let db = Db::open(&file).await.unwrap();
    db::migrate(&db).await.unwrap();
    db.close().await;
    execute(&file, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    let path = file.display();
    let sentence = format!("the database {path} was not made by l4d2web: migration 1 is not the one of this program");
    refused(root.path(), &file, &sentence);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_untouched() {
    let (root, file) = root();
    execute(&file, "CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1);").await;
    let path = file.display();
    let sentence =
        format!("{path} belongs to something else, it is no database of l4d2web: name another file in DATABASE_URL");
    refused(root.path(), &file, &sentence);
}

#[tokio::test]
async fn what_is_no_database_is_refused_untouched() {
    let (root, file) = root();
    fs::write(&file, "a letter to a friend, which is long enough to be a header of a file\n".repeat(20)).unwrap();
    let path = file.display();
    let sentence =
        format!("{path} belongs to something else, it is no database of l4d2web: name another file in DATABASE_URL");
    refused(root.path(), &file, &sentence);
}
