//! What is written down: samples, and who played, over restarts of the panel and of servers.

use std::collections::BTreeMap;

use l4d2web::db::{player_sessions, server_samples};
use l4d2web::game::SteamId;
use l4d2web::id::ServerId;
use l4d2web::live::Change;
use l4d2web::play::history::{COARSE, Figures, Sample};
use l4d2web::play::tidy;

use super::{Fake, Looking, Manner, server, status};
use crate::panel::{NOW, Panel};

const MAL: u32 = 70_148_265;

/// Waits until it is written down that somebody came or went.
async fn until_written(looking: &mut Looking, server: ServerId) {
    while looking.changes.recv().await.unwrap() != Change::Figures(server) {}
}

#[expect(clippy::disallowed_methods, reason = "rows as they are stored")]
pub(super) async fn sessions(panel: &Panel) -> Vec<(String, i64, Option<i64>)> {
    sqlx::query_as("SELECT name, joined_at, left_at FROM player_sessions ORDER BY joined_at, id")
        .fetch_all(panel.state.db.read())
        .await
        .unwrap()
}

#[tokio::test]
async fn who_plays_on_while_the_panel_restarts_has_one_session() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let people = |seconds| status("c2m2_fairgrounds", &[("Mal", Some(MAL), seconds, 40)]);
    fake.set(|script| script.status = people(100));
    let server = server(&looking, "Friday Versus", &fake).await;
    until_written(&mut looking, server).await;
    let panel = looking.end().await;
    // It ended with the panel, where Mal was seen last.
    assert_eq!(sessions(&panel).await, [("Mal".to_owned(), NOW - 100, Some(NOW))]);
    panel.state.clock.advance(60);
    fake.set(|script| script.status = people(160));
    let mut looking = Looking::at(panel);
    until_written(&mut looking, server).await;
    assert_eq!(sessions(&looking.panel).await, [("Mal".to_owned(), NOW - 100, None)], "it goes on");

    // Mal leaves, and comes back later: that is another one.
    looking.panel.state.clock.advance(600);
    fake.set(|script| script.status = status("c2m2_fairgrounds", &[]));
    looking.panel.state.play.look_now(server);
    until_written(&mut looking, server).await;
    looking.panel.state.clock.advance(600);
    fake.set(|script| script.status = people(5));
    looking.panel.state.play.look_now(server);
    until_written(&mut looking, server).await;
    let all = sessions(&looking.panel).await;
    let expected = [("Mal".to_owned(), NOW - 100, Some(NOW + 660)), ("Mal".to_owned(), NOW + 1255, None)];
    assert_eq!(all, expected);

    // The server goes down.
    looking.is_down(server).await;
    until_written(&mut looking, server).await;
    let panel = looking.end().await;
    assert_eq!(sessions(&panel).await[1].2, Some(NOW + 1260));
    let lately = player_sessions::lately(&panel.state.db, server, 10).await.unwrap();
    assert_eq!(lately.len(), 1);
    assert_eq!((lately[0].left_at, lately[0].pings), (NOW + 1260, Some((40, 40))));
}

/// A panel that was killed has closed nothing.
#[tokio::test]
async fn sessions_that_a_killed_panel_left_open_end_where_they_were_seen_last() {
    let panel = Panel::new().await;
    let owner = panel.user("zoey").await;
    let server = panel.server(owner, "Friday Versus").await;
    open_session(&panel, server, NOW - 4000, NOW - 900).await;
    let looking = Looking::at(panel);
    let panel = looking.end().await;
    assert_eq!(sessions(&panel).await, [("Mal".to_owned(), NOW - 4000, Some(NOW - 900))]);
}

#[expect(clippy::disallowed_methods, reason = "rows as another panel has stored them")]
async fn open_session(panel: &Panel, server: ServerId, joined: i64, seen: i64) {
    let id = SteamId::parse(&format!("[U:1:{MAL}]")).unwrap().to_i64();
    sqlx::query(
        "INSERT INTO player_sessions (server_id, steam_id, name, joined_at, seen_at) VALUES (?, ?, 'Mal', ?, ?)",
    )
    .bind(server)
    .bind(id)
    .bind(joined)
    .bind(seen)
    .execute(panel.state.db.write())
    .await
    .unwrap();
}

#[tokio::test]
async fn what_was_seen_is_a_sample_when_the_panel_ends() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    fake.set(|script| script.status = status("c2m2_fairgrounds", &[("Mal", Some(MAL), 90, 40)]));
    let server = server(&looking, "Friday Versus", &fake).await;
    until_written(&mut looking, server).await;
    looking.panel.state.clock.advance(30);
    fake.set(|script| script.status = status("c2m3_coaster", &[("Mal", Some(MAL), 120, 40)]));
    looking.panel.state.play.look_now(server);
    looking.until(server, |look| look.seen.as_ref().is_some_and(|seen| seen.map() == Some("c2m3_coaster"))).await;
    let panel = looking.end().await;
    let samples = server_samples::since(&panel.state.db, server, NOW - 60).await.unwrap();
    let told: Vec<_> =
        samples.iter().map(|sample| (sample.from, sample.map.as_str(), sample.players, sample.figures.fps)).collect();
    assert_eq!(told, [(NOW, "c2m2_fairgrounds", 1, Some(30)), (NOW + 30, "c2m3_coaster", 1, Some(30))]);
    assert_eq!((samples[0].to, samples[0].mode.as_str()), (NOW + 30, "versus"));
}

/// After a day coarse, after 30 days gone; also when it is done again and again.
#[tokio::test]
async fn what_is_old_is_thinned_and_what_is_older_goes() {
    let panel = Panel::new().await;
    let owner = panel.user("zoey").await;
    let server = panel.server(owner, "Friday Versus").await;
    let sample = |from: i64| {
        let figures = Figures { fps: Some(30), cpu: Some(12), memory: Some(410) };
        let players = from / 300 % 5;
        (
            server,
            Sample { from, to: from + 300, map: "c1m1_hotel".to_owned(), mode: "coop".to_owned(), players, figures },
        )
    };
    let begin = NOW - 32 * 86_400;
    let all: Vec<_> = (0..32 * 288).map(|number| sample(begin + number * 300)).collect();
    server_samples::put(&panel.state.db, &all).await.unwrap();
    let mut thinned = BTreeMap::new();
    tidy(&panel.state.db, NOW, &mut thinned).await.unwrap();
    let kept = server_samples::since(&panel.state.db, server, 0).await.unwrap();
    assert!(kept[0].to >= NOW - 30 * 86_400 && kept[0].from <= NOW - 30 * 86_400 + COARSE, "{:?}", kept[0]);
    assert!((29 * 24 + 288..=29 * 24 + 312).contains(&kept.len()), "{} rows", kept.len());
    // Without a gap, and with the most players of each hour.
    assert!(kept.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert_eq!(kept[1].players, 4);
    assert!(kept.iter().rev().take(270).all(|sample| sample.seconds() == 300));
    // Nothing is left to do, and an hour later only that hour is.
    tidy(&panel.state.db, NOW, &mut BTreeMap::new()).await.unwrap();
    assert_eq!(server_samples::since(&panel.state.db, server, 0).await.unwrap(), kept);
    tidy(&panel.state.db, NOW + COARSE, &mut thinned).await.unwrap();
    assert_eq!(server_samples::since(&panel.state.db, server, 0).await.unwrap().len(), kept.len() - 12);
    // With the server all of it goes.
    crate::cast::run(&panel, "DELETE FROM servers").await;
    assert_eq!(server_samples::since(&panel.state.db, server, 0).await.unwrap(), []);
    server_samples::put(&panel.state.db, &[sample(NOW)]).await.unwrap();
    assert_eq!(server_samples::since(&panel.state.db, server, 0).await.unwrap(), []);
}
