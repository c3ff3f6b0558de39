//! Completion, from servers that hang, that do not answer, and that know very much.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use l4d2web::command::{Consoles, Running, Words};
use l4d2web::db::Db;
use l4d2web::id::ServerId;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::{Evening, Game};

async fn running(db: &Db, server: ServerId) -> Running {
    Running::of(db, server).await.unwrap()
}

#[tokio::test]
async fn a_server_that_hangs_keeps_nobody_from_the_others() {
    let evening = Evening::new().await;
    let panel = &evening.looking.panel;
    let zoey = l4d2web::db::users::find_by_name(&panel.state.db, "zoey").await.unwrap().unwrap().id;
    let (mut stuck, server) = (Game::start().await, panel.server(zoey, "Stuck").await);
    stuck.answers.send_replace(false);
    evening.looking.runs(server, stuck.port, "secret").await;
    let (db, words) = (panel.state.db.clone(), Arc::new(Words::default()));
    let (one, other) = (running(&db, server).await, running(&db, evening.server).await);
    let consoles = Consoles::new(db);
    let hangs = tokio::spawn({
        let (consoles, words) = (consoles.clone(), words.clone());
        async move { words.of(&consoles, server, &one, "1").await }
    });
    stuck.until_asked("cvarlist").await;
    let known = timeout(Duration::from_secs(5), words.of(&consoles, evening.server, &other, "2")).await;
    assert!(known.expect("it does not wait for the other").unwrap().contains(&"mp_gamemode".to_owned()));
    hangs.abort();
}

#[tokio::test]
async fn a_server_that_does_not_tell_is_left_alone_for_a_while() {
    let evening = Evening::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let closes = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let db = evening.looking.panel.state.db.clone();
    let mut other = running(&db, evening.server).await;
    other.port = port;
    let (consoles, words) = (Consoles::new(db), Words::default());
    for _ in 0..3 {
        assert!(words.of(&consoles, evening.server, &other, "1").await.is_none());
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    closes.abort();
}

#[tokio::test]
async fn a_console_that_knows_very_much_is_known_to_the_end() {
    let evening = Evening::new().await;
    let mut list = "cvar list\n--------------\n".to_owned();
    for number in 0..9000 {
        writeln!(list, "my_plugin_has_{number:05} : 0 : : {}", "a long help ".repeat(10)).unwrap();
    }
    evening.game.set(|scene| {
        scene.says.insert("cvarlist".to_owned(), (list + "z_last : 0 : :\n").into_bytes());
    });
    let db = evening.looking.panel.state.db.clone();
    let running = running(&db, evening.server).await;
    let (consoles, words) = (Consoles::new(db), Words::default());
    let known = words.of(&consoles, evening.server, &running, "1").await.unwrap();
    for word in ["my_plugin_has_00000", "my_plugin_has_08999", "status", "z_last"] {
        assert!(known.contains(&word.to_owned()), "{word}");
    }
    assert!(words.of(&consoles, evening.server, &running, "").await.is_none(), "of no version nothing is known");
}
