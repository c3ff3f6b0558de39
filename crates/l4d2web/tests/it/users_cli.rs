//! The verbs for users of `l4d2web`.

use assert_cmd::Command;
use l4d2web::db::{self, Db};
use rstest::rstest;
use tempfile::TempDir;

const PASSWORD: (&str, &str) = ("LEFT4ME_ADMIN_PASSWORD", "correct horse");

/// `l4d2web` with its state below `root`, and no terminal.
fn l4d2web(root: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let output = Command::cargo_bin("l4d2web")
        .unwrap()
        .env_clear()
        .env("LEFT4ME_ROOT", root.path())
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

async fn database(root: &TempDir) -> Db {
    Db::open(&root.path().join("left4me.db")).await.unwrap()
}

#[tokio::test]
async fn a_user_and_an_admin_are_made() {
    let root = tempfile::tempdir().unwrap();
    let made = l4d2web(&root, &["create-user", "zoey"], &[PASSWORD]);
    assert_eq!(made, (0, "made the user “zoey”".into(), String::new()));
    let made = l4d2web(&root, &["create-user", "bill", "--admin"], &[PASSWORD]);
    assert_eq!(made, (0, "made the user “bill”, an admin".into(), String::new()));
    let db = database(&root).await;
    let (zoey, bill) = (
        db::users::find_by_name(&db, "zoey").await.unwrap().unwrap(),
        db::users::find_by_name(&db, "bill").await.unwrap().unwrap(),
    );
    assert!(!zoey.admin && bill.admin && zoey.active);
    assert!(zoey.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", zoey.password_hash);
}

#[rstest]
#[case::taken(&["create-user", "zoey"], &[PASSWORD], 1, "l4d2web: there is a user “zoey” already; l4d2web set-password gives them another password")]
#[case::short(&["create-user", "nick"], &[("LEFT4ME_ADMIN_PASSWORD", "short")], 1, "l4d2web: LEFT4ME_ADMIN_PASSWORD is not taken: The password needs at least 8 characters.")]
#[case::nobody(&["set-password", "nick"], &[PASSWORD], 1, "there is no user “nick” in ")]
#[case::name(&["create-user", "Nick"], &[PASSWORD], 2, "invalid value 'Nick' for '<NAME>': A name has small letters")]
#[case::link(&["setup-link"], &[], 1, "l4d2web: there is a user already; ")]
#[case::base(&["setup-link", "--base-url", "panel"], &[], 2, "the address of the panel is http:// or https://")]
#[tokio::test]
async fn what_cannot_be_is_refused(
    #[case] arguments: &[&str],
    #[case] variables: &[(&str, &str)],
    #[case] code: i32,
    #[case] sentence: &str,
) {
    let root = tempfile::tempdir().unwrap();
    l4d2web(&root, &["create-user", "zoey"], &[PASSWORD]);
    let (got, out, err) = l4d2web(&root, arguments, variables);
    assert_eq!((got, out.as_str()), (code, ""));
    assert!(err.contains(sentence), "{err}");
    assert!(!err.contains("correct horse"));
    assert_eq!(db::users::count(&database(&root).await).await.unwrap(), 1);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    let root = tempfile::tempdir().unwrap();
    l4d2web(&root, &["create-user", "zoey"], &[PASSWORD]);
    let db = database(&root).await;
    let zoey = db::users::find_by_name(&db, "zoey").await.unwrap().unwrap();
    for token in [b"a", b"b"] {
        db::sessions::insert(&db, &zoey, token, "", "", 1).await.unwrap();
    }
    let set = l4d2web(&root, &["set-password", "zoey"], &[("LEFT4ME_ADMIN_PASSWORD", " battery staple ")]);
    assert_eq!(set, (0, "“zoey” has another password; 2 sessions have ended".into(), String::new()));
    assert!(db::sessions::list(&db, zoey.id, 0, 0).await.unwrap().is_empty());
    let hash = db::users::find(&db, zoey.id).await.unwrap().unwrap().password_hash;
    let passwords = l4d2web::account::Passwords::new();
    assert!(passwords.verify(&" battery staple ".into(), Some(&hash)).await.unwrap(), "white space belongs to it");
}

#[tokio::test]
async fn a_link_is_printed_alone() {
    let root = tempfile::tempdir().unwrap();
    let (code, link, _) = l4d2web(&root, &["setup-link", "--base-url", "https://panel.example.org/"], &[]);
    let token = link.strip_prefix("https://panel.example.org/setup/").unwrap();
    assert_eq!((code, token.len()), (0, 64));
    let db = database(&root).await;
    let hash = l4d2web::account::Token::parse(token).unwrap().hash();
    let now = l4d2web::clock::Clock::system().now();
    assert!(db::setup_links::find(&db, &hash, now).await.unwrap().is_some_and(|until| until > now + 86_000));
    let (_, second, _) = l4d2web(&root, &["setup-link"], &[]);
    assert!(second.starts_with("http://127.0.0.1:8000/setup/"), "{second}");
    assert!(db::setup_links::find(&db, &hash, now).await.unwrap().is_none(), "the first counts no more");
}

/// The rows that deploy/try.sh shows.
#[tokio::test]
async fn the_first_user_finds_the_demo_and_nobody_else_does() {
    let root = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert_eq!(l4d2web(&root, &["seed-demo"], &[]), (0, "the first user gets the demo".into(), String::new()));
    }
    for name in ["zoey", "bill"] {
        assert_eq!(l4d2web(&root, &["create-user", name], &[PASSWORD]).0, 0);
    }
    let said = "there is a user already: nothing was changed";
    assert_eq!(l4d2web(&root, &["seed-demo"], &[]), (0, said.into(), String::new()));
    let db = database(&root).await;
    let zoey = db::users::find_by_name(&db, "zoey").await.unwrap().unwrap();
    let seen = db::server_list::visible(&db, zoey.id, true).await.unwrap();
    assert_eq!(seen.len(), 1);
    let server = &seen[0].server;
    assert_eq!((server.owner_id, server.port, server.name.as_str()), (zoey.id, 27015, "Demo"));
    let spec = l4d2web::servers::spec::now(&db, server).await.unwrap();
    assert_eq!((spec.overlays[0].reference.as_str(), spec.arguments), ("demo", vec!["-maxplayers".into(), "8".into()]));
    assert!(!l4d2web(&root, &["--help"], &[]).1.contains("seed-demo"));
    // Nor does anybody who comes when it is gone.
    db::server_state::delete(&db, server.id).await.unwrap();
    assert!(db::blueprints::delete_unused(&db, server.blueprint_id).await.unwrap());
    assert_eq!(l4d2web(&root, &["create-user", "louis"], &[PASSWORD]).0, 0);
    let louis = db::users::find_by_name(&db, "louis").await.unwrap().unwrap();
    assert!(db::server_list::visible(&db, louis.id, true).await.unwrap().is_empty());
}
