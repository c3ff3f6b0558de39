use std::time::Duration;

use axum::http::StatusCode;
use l4d2web::command::bans::{Pace, Which, keep, tell};
use l4d2web::db;
use l4d2web::db::bans::NewBan;
use l4d2web::db::game_acts::ActState;
use l4d2web::game::SteamId;
use l4d2web::id::UserId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Evening, Game, steam};

/// The account 14.
const MAL: &str = "76561197960265742";

/// The task that keeps bans, as the panel has it.
struct Keeper(CancellationToken, JoinHandle<()>);

impl Keeper {
    fn begin(evening: &Evening) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep(evening.looking.panel.state.clone(), stop.clone()));
        Self(stop, task)
    }

    async fn end(self) {
        self.0.cancel();
        self.1.await.unwrap();
    }
}

async fn wished(evening: &Evening) -> Vec<db::bans::Ban> {
    let state = &evening.looking.panel.state;
    db::bans::of(&state.db, evening.server, state.clock.now()).await.unwrap()
}

async fn wish(evening: &Evening, account: u32, until: Option<i64>) {
    let state = &evening.looking.panel.state;
    let steam_id = SteamId::parse(&steam(account)).unwrap().to_i64();
    let ban = NewBan { steam_id, name: String::new(), reason: String::new(), until };
    assert!(db::bans::put(&state.db, evening.server, UserId(1), &ban, state.clock.now()).await.unwrap());
}

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
    let page = evening.page_with(&mut mia, "/bans", "griefing").await;
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
    let act = evening.acts().await.remove(0);
    assert_eq!(act.state, ActState::Waiting);
    assert_eq!(act.result, "They may come again. It waits: the game is told as soon as it answers.");

    // What the game kept is what it wrote; those for a time it forgot.
    let next = Game::start().await;
    next.set(|scene| scene.bans = vec![(steam(15), 0), (steam(99), 0)]);
    evening.looking.panel.state.clock.advance(600);
    let state = evening.looking.panel.state.clone();
    let keeper = Keeper::begin(&evening);
    evening.game = next;
    let now = evening.looking.panel.state.clock.now();
    evening.looking.runs_since(evening.server, evening.game.port, "secret", now).await;
    let act = evening.until_state(ActState::Done).await;
    assert_eq!(act.result, "The game was told when it answered, and has it.");
    let scene = evening.game.scene();
    let mut has = scene.bans;
    has.sort();
    let mut wanted = vec![(steam(14), 50), (steam(16), 0), (steam(99), 0)];
    wanted.sort();
    assert_eq!(has, wanted, "what is left of the hour, the new one, and what was made in the game");
    let page = evening.page_with(&mut mia, "/bans", "Made in the game").await;
    assert!(page.contains("late") && !page.contains("Lifted;"), "{page}");
    // Told once: a game that knows all is told nothing.
    let asked = evening.game.asked.borrow().len();
    tell(&state, evening.server, Which::All).await.unwrap();
    assert!(evening.game.asked.borrow()[asked..].iter().all(|line| !line.contains("banid")));
    keeper.end().await;
}

#[tokio::test]
async fn a_ban_that_was_made_in_the_game_is_lifted_here() {
    let evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    evening.game.set(|scene| scene.bans = vec![(steam(14), 0)]);
    evening.page_with(&mut mia, "/bans", "Made in the game").await;
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

/// In the middle of a map change nothing is answered; the process stays the same.
#[tokio::test]
async fn a_game_that_runs_on_is_told_what_it_missed() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    let tellers = &evening.looking.panel.state.controls.tellers;
    let (patient, hasty) = (tellers.pace(), Pace { reply: Duration::from_millis(200), ..tellers.pace() });
    tellers.set_pace(hasty);
    evening.game.answers.send_replace(false);
    mia.post(&evening.path("/bans"), &[("id", &steam(13)), ("time", "good")]).await;
    tellers.set_pace(patient);
    evening.game.answers.send_replace(true);
    let keeper = Keeper::begin(&evening);
    // From now on all has been told.
    evening.until_state(ActState::Done).await;
    evening.looking.panel.state.controls.tellers.set_pace(hasty);
    evening.game.answers.send_replace(false);
    for (path, fields) in
        [("/bans", vec![("id", "STEAM_1:0:7"), ("time", "good")]), ("/bans/76561197960265741/lift", vec![])]
    {
        let reply = mia.post(&evening.path(path), &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert_eq!(evening.acts().await[0].state, ActState::Waiting);
    }
    assert_eq!(evening.acts().await[1].result, "Banned for good. It waits: the game is told as soon as it answers.");
    let page = mia.get(&evening.path("/bans")).await.body;
    assert!(page.contains("Waits: the game is told when it answers") && page.contains("Lifted; the game"), "{page}");
    evening.looking.panel.state.controls.tellers.set_pace(patient);
    evening.game.answers.send_replace(true);
    evening.until_state(ActState::Done).await;
    let scene = evening.game.scene();
    assert_eq!((scene.bans, scene.file), (vec![(steam(14), 0)], vec![steam(14)]));
    assert!(evening.acts().await.iter().all(|act| act.state == ActState::Done));
    assert!(wished(&evening).await.iter().all(|ban| !ban.lifted && ban.told_start.is_some()));
    keeper.end().await;
}

#[tokio::test]
async fn who_still_loads_is_thrown_out_too() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    // One comes while the game is told, another when all is told.
    evening.game.set(|scene| scene.comes = vec![("banid", 7, 14), ("kickid", 8, 14)]);
    let keeper = Keeper::begin(&evening);
    mia.post(&evening.path("/bans"), &[("id", &steam(14)), ("time", "1h"), ("reason", "griefing")]).await;
    assert!(evening.game.was_asked("kickid \"7\" \"griefing\""), "whom `banid` passes over");
    evening.until_it_is(|scene| scene.people.is_empty()).await;
    assert!(evening.game.was_asked("kickid \"8\" \"griefing\""), "who is there at the next look");
    keeper.end().await;
}

#[tokio::test]
async fn a_list_that_is_cut_lifts_nothing() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    let cut = format!("ID filter list: 2 entries\n1 {} : permanent\n", steam(99));
    evening.game.set(|scene| {
        scene.bans = vec![(steam(99), 0), (steam(14), 0)];
        scene.says.insert("listid".to_owned(), cut.into_bytes());
    });
    mia.post(&evening.path(&format!("/bans/{MAL}/lift")), &[]).await;
    assert_eq!(evening.acts().await[0].state, ActState::Waiting);
    assert!(wished(&evening).await[0].lifted, "it is not forgotten");
    let page = evening.page_with(&mut mia, "/bans", "not understood or not whole").await;
    assert!(page.contains("Lifted; the game is told when it answers"), "{page}");
    // The same with who plays: whoever is not listed is not gone.
    evening.game.set(|scene| {
        scene.says.clear();
        scene.says.insert("status".to_owned(), b"hostname: x\nplayers : 1 humans, 0 bots (8 max)\n".to_vec());
    });
    mia.post(&evening.path("/bans"), &[("id", &steam(15)), ("time", "good")]).await;
    assert_eq!(evening.acts().await[0].state, ActState::Waiting);
    evening.game.set(|scene| scene.says.clear());
    let state = evening.looking.panel.state.clone();
    let told = tell(&state, evening.server, Which::All).await.unwrap();
    assert_eq!((told.taken, told.refused), (2, 0));
    assert_eq!(evening.game.scene().file, [steam(99), steam(15)]);
    evening.until_seen().await;
}

#[tokio::test]
async fn a_ban_that_is_written_otherwise_is_lifted_as_it_is_written() {
    let evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    evening.game.set(|scene| scene.bans = vec![("STEAM_0:0:7".to_owned(), 0)]);
    let reply = mia.post(&evening.path(&format!("/bans/{MAL}/lift")), &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    assert!(evening.game.scene().bans.is_empty() && evening.game.was_asked("removeid STEAM_0:0:7"));
}

/// The file of a server that is down holds what was before.
#[tokio::test]
async fn a_ban_that_ends_while_the_game_is_down_does_not_come_back() {
    let mut evening = Evening::new().await;
    let state = evening.looking.panel.state.clone();
    let end_past = || db::bans::end_past(&state.db, state.clock.now());
    wish(&evening, 14, None).await;
    wish(&evening, 15, Some(state.clock.now() + 600)).await;
    tell(&state, evening.server, Which::All).await.unwrap();
    // Not for good any more, but for an hour; nobody tells the game.
    wish(&evening, 14, Some(state.clock.now() + 3600)).await;
    state.clock.advance(600);
    assert!(end_past().await.unwrap().is_empty(), "a game that was told forgets by itself");
    assert_eq!(wished(&evening).await.len(), 1);
    state.clock.advance(3000);
    assert_eq!(end_past().await.unwrap(), [evening.server]);
    assert!(wished(&evening).await[0].lifted && end_past().await.unwrap().is_empty());
    // One that was lifted is never over before the game has heard of it.
    wish(&evening, 16, Some(state.clock.now() + 60)).await;
    let steam_id = SteamId::parse(&steam(16)).unwrap().to_i64();
    db::bans::lift(&state.db, evening.server, steam_id, state.clock.now()).await.unwrap();
    state.clock.advance(60);
    end_past().await.unwrap();
    assert_eq!(wished(&evening).await.len(), 2);
    evening.game.set(|scene| scene.bans = vec![(steam(14), 0), (steam(16), 5)]);
    tell(&state, evening.server, Which::All).await.unwrap();
    let scene = evening.game.scene();
    assert!(scene.bans.is_empty() && scene.file.is_empty() && wished(&evening).await.is_empty(), "{scene:?}");
    evening.until_seen().await;
}

#[tokio::test]
async fn a_ban_is_for_any_time() {
    let mut evening = Evening::new().await;
    let mut mia = evening.login("mia").await;
    let bans = evening.path("/bans");
    let reply = mia.post(&bans, &[("id", &steam(14)), ("time", "good"), ("other", "36 hours")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    assert_eq!(evening.game.scene().bans, [(steam(14), 2160)]);
    evening.game.joins(7, "Zoey", 15);
    evening.until_humans(1).await;
    for path in ["/bans", "/players/76561197960265743/ban"] {
        let fields = [("id", "STEAM_1:1:7"), ("time", "1h"), ("other", "a while"), ("reason", "why")];
        let reply = mia.post(&evening.path(path), &fields).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in [
            "A time is a number of minutes, hours or days",
            "value=\"a while\"",
            "value=\"why\"",
            "value=\"1h\" selected",
        ] {
            assert!(reply.body.contains(kept), "{path}: {kept}: {}", reply.body);
        }
    }
    assert_eq!(evening.acts().await.len(), 1);
}
