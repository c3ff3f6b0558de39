//! What is seen, and what is not.

use l4d2web::game::Difficulty;
use l4d2web::live::Change;
use l4d2web::play::Unseen;

use super::{Fake, Looking, Manner, server, status};

#[tokio::test]
async fn a_server_is_seen_as_it_is_and_again_when_it_is_not() {
    let mut looking = Looking::new().await;
    let mut fake = Fake::start(Manner::Plain).await;
    fake.set(|script| {
        script.status = status("c2m2_fairgrounds", &[("Mal", Some(70_148_265), 90, 40), ("Coach", None, 0, 0)]);
    });
    let server = server(&looking, "Friday Versus", &fake).await;
    let look = looking.until(server, |look| look.seen.is_some()).await;
    let seen = look.seen.clone().unwrap();
    assert_eq!((seen.status.humans, seen.status.bots, seen.status.max), (1, 1, 8));
    let place = seen.place.clone().unwrap();
    assert_eq!((place.to_string(), place.chapter), ("Dark Carnival 2/5".to_owned(), "The Fairgrounds".to_owned()));
    assert_eq!(seen.mode.as_ref().map(l4d2web::game::Mode::title), Some("Versus"));
    assert_eq!(seen.difficulty, Some(Difficulty::Expert));
    assert_eq!(seen.stats.map(|stats| stats.fps), Some(30.3));
    assert_eq!((seen.cpu, seen.memory), (None, None), "no unit of systemd is behind it");
    assert_eq!(seen.people[0].joined, looking.panel.state.clock.now() - 90);
    assert_eq!(seen.people.iter().filter(|here| here.player.is_bot()).count(), 1);

    // Mode and difficulty are asked for when the map is another, and else rarely.
    assert_eq!(*fake.asked.borrow(), ["status", "stats; mp_gamemode; z_difficulty"]);
    looking.panel.state.play.look_now(server);
    fake.until_asked("stats", 1).await;
    assert_eq!(fake.asked.borrow()[2..], ["status", "stats"]);
    fake.set(|script| {
        script.status = status("c2m3_coaster", &[]);
        script.mode = "coop".to_owned();
    });
    looking.panel.state.play.look_now(server);
    let look = looking.until(server, |look| look.seen.as_ref().is_some_and(|seen| seen.humans() == 0)).await;
    let seen = look.seen.clone().unwrap();
    assert_eq!(
        (seen.place.as_ref().map(ToString::to_string), seen.status.hibernating),
        (Some("Dark Carnival 3/5".to_owned()), true)
    );
    assert_eq!(seen.mode.as_ref().map(l4d2web::game::Mode::title), Some("Co-op"));

    looking.is_down(server).await;
    looking.until_gone(server).await;
    looking.end().await;
}

/// Only when something changed that is shown.
#[tokio::test]
async fn pages_are_told_what_changed_and_nothing_else() {
    let mut looking = Looking::new().await;
    let mut fake = Fake::start(Manner::Plain).await;
    let people = |ping| status("c2m2_fairgrounds", &[("Mal", Some(70_148_265), 90, ping)]);
    fake.set(|script| script.status = people(40));
    let server = server(&looking, "Friday Versus", &fake).await;
    // When it is first seen, and when it is written down that Mal has come.
    while looking.changes.recv().await.unwrap() != Change::Figures(server) {}
    let version = looking.panel.state.play.version();
    let looks = fake.asked.borrow().len() / 2;
    looking.panel.state.play.look_now(server);
    // When it is asked once more, what the look before found has been told.
    fake.until_asked("status", looks + 2).await;
    assert_eq!(looking.changes.try_recv().ok(), None, "nothing has changed");
    fake.set(|script| script.status = people(41));
    looking.panel.state.play.look_now(server);
    assert_eq!(looking.changes.recv().await.unwrap(), Change::Figures(server));
    assert_eq!(looking.panel.state.play.seen(server).unwrap().people[0].player.ping, 41);
    assert_eq!(looking.panel.state.play.version(), version, "lists do not show it");
    looking.end().await;
}

#[tokio::test]
async fn a_server_that_loads_is_seen_as_soon_as_it_answers() {
    let mut looking = Looking::new().await;
    // A port on which nobody listens yet.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let owner = looking.panel.user("zoey").await;
    let server = looking.panel.server(owner, "Friday Versus").await;
    looking.runs(server, free, "secret").await;
    looking.until_unseen(server, Unseen::Loading).await;
    let fake = Fake::start(Manner::Plain).await;
    looking.runs(server, fake.port, "secret").await;
    looking.until(server, |look| look.seen.is_some()).await;
    looking.end().await;
}

#[tokio::test]
async fn a_password_that_is_not_taken_is_not_tried_again_and_again() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    fake.set(|script| script.password = "another".to_owned());
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until_unseen(server, Unseen::Locked).await;
    // Started anew, it is asked by what it was started with then.
    looking.runs(server, fake.port, "another").await;
    looking.until(server, |look| look.seen.is_some()).await;
    looking.end().await;
}
