use axum::http::StatusCode;
use l4d2web::command::bans::{keep, tell};
use l4d2web::live::Change;
use tokio_util::sync::CancellationToken;

use super::{Evening, Game, steam};

/// The account 14.
const MAL: &str = "76561197960265742";

#[tokio::test]
async fn a_ban_is_written_where_the_game_keeps_it() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    evening.game.joins(7, "Mal", 14);
    evening.until_humans(1).await;
    let path = evening.path(&format!("/players/{MAL}/ban"));
    let reply = mia.post(&path, &[("reason", "griefing"), ("time", "good")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let scene = evening.game.scene();
    assert_eq!((scene.file, scene.people.len()), (vec![steam(14)], 0));
    assert!(evening.game.was_asked("kickid \"7\" \"griefing\""));
    let page = mia.get(&evening.path("/bans")).await.body;
    assert!(page.contains("Mal") && page.contains("griefing") && page.contains("For good"), "{page}");
    assert!(mia.get(&evening.path(&format!("/players/{MAL}"))).await.body.contains("They are banned already"));
    let reply = mia.post(&evening.path(&format!("/bans/{MAL}/lift")), &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let scene = evening.game.scene();
    assert!(scene.file.is_empty() && scene.bans.is_empty());
    assert!(mia.get(&evening.path("/bans")).await.body.contains("Nobody is banned"));
    assert_eq!(mia.script(&path, &[("time", "always")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_game_that_comes_up_hears_of_what_was_wished_while_it_was_down() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    let bans = evening.path("/bans");
    mia.post(&bans, &[("id", &steam(14)), ("time", "1h")]).await;
    mia.post(&bans, &[("id", &steam(15)), ("time", "good")]).await;
    assert_eq!(evening.game.scene().bans, [(steam(14), 60), (steam(15), 0)]);
    evening.looking.is_down(evening.server).await;
    evening.looking.until_gone(evening.server).await;
    mia.post(&bans, &[("id", &steam(16)), ("time", "good"), ("reason", "late")]).await;
    mia.post(&evening.path("/bans/76561197960265743/lift"), &[]).await;
    let page = mia.get(&bans).await.body;
    assert!(page.contains("does not run") && page.contains("Lifted; the game is told when it answers"), "{page}");

    // What the game kept is what it wrote; those for a time it forgot.
    let next = Game::start().await;
    next.set(|scene| scene.bans = vec![(steam(15), 0), (steam(99), 0)]);
    evening.looking.panel.state.clock.advance(600);
    let stop = CancellationToken::new();
    let state = evening.looking.panel.state.clone();
    let keeper = tokio::spawn(keep(state.clone(), stop.clone()));
    evening.game = next;
    evening.looking.runs(evening.server, evening.game.port, "secret").await;
    while evening.looking.changes.recv().await.unwrap() != Change::Figures(evening.server)
        || evening.game.scene().file.is_empty()
    {}
    let scene = evening.game.scene();
    let mut has = scene.bans;
    has.sort();
    let mut wanted = vec![(steam(14), 50), (steam(16), 0), (steam(99), 0)];
    wanted.sort();
    assert_eq!(has, wanted, "what is left of the hour, the new one, and what was made in the game");
    let page = mia.get(&bans).await.body;
    assert!(page.contains("Made in the game") && page.contains("late") && !page.contains("Lifted;"), "{page}");
    // Told once: a game that knows all is told nothing.
    let asked = evening.game.asked.borrow().len();
    tell(&state, evening.server).await.unwrap();
    assert!(evening.game.asked.borrow()[asked..].iter().all(|line| !line.contains("banid")));
    stop.cancel();
    keeper.await.unwrap();
}

#[tokio::test]
async fn a_ban_that_was_made_in_the_game_is_lifted_here() {
    let evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    evening.game.set(|scene| scene.bans = vec![(steam(14), 0)]);
    assert!(mia.get(&evening.path("/bans")).await.body.contains("Made in the game"));
    mia.post(&evening.path(&format!("/bans/{MAL}/lift")), &[]).await;
    assert!(evening.game.scene().bans.is_empty() && evening.game.was_asked("writeid"));
}

#[tokio::test]
async fn what_is_no_account_is_refused_with_what_was_typed() {
    let evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    let fields = [("id", "Mal; quit"), ("reason", "why"), ("time", "1d")];
    let reply = mia.post(&evening.path("/bans"), &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        reply.body.contains("That is no Steam account") && reply.body.contains("value=\"Mal; quit\""),
        "{}",
        reply.body
    );
    assert!(reply.body.contains("value=\"why\""));
    assert!(evening.acts().await.is_empty());
}
