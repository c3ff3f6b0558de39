//! What pages show of what is seen.

use std::fmt::Write as _;

use axum::http::StatusCode;
use futures_util::StreamExt as _;
use l4d2web::db::server_samples;
use l4d2web::play::history::{Figures, Sample};

use super::{Fake, Looking, Manner, server, status};
use crate::panel::NOW;

#[tokio::test]
async fn list_and_page_show_who_plays_where() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    fake.set(|script| {
        script.status = status("c2m2_fairgrounds", &[("Mal", Some(70_148_265), 3725, 40), ("Coach", None, 0, 0)]);
    });
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until(server, |look| look.seen.is_some()).await;
    let mut zoey = looking.panel.login("zoey").await;
    let list = zoey.get("/servers").await;
    assert_eq!(list.text(".c-play"), "Dark Carnival 2/5Versus, Expert");
    assert_eq!(list.text(".c-count"), "1 / 8 players");
    assert_eq!(zoey.get("/servers?q=carnival").await.texts(".c-play").len(), 1, "it is found by its map");
    let page = zoey.get(&format!("/servers/{server}")).await;
    let facts = page.text("#state dl");
    for words in [
        "Dark Carnival 2/5",
        "The Fairgrounds",
        "1 of 8, and 1 bot",
        "Versus",
        "Expert",
        "30.3 per second",
        "not measured",
    ] {
        assert!(facts.contains(words), "{words} in {facts}");
    }
    assert!(page.text("#state .head .sub").contains("game 2.2.4.3"));
    assert!(page.texts("#tabs a").contains(&"Players1".to_owned()), "{:?}", page.texts("#tabs a"));
    let tab = zoey.get(&format!("/servers/{server}/players")).await;
    assert_eq!(tab.texts(".people li"), ["MMal1 h 2 min, 40 msKick…", "CCoachBotKick…"]);
    assert_eq!(tab.texts("bdi").len(), 2);
    let labels: Vec<_> = tab.body.match_indices("aria-label=\"Players of the last 24 hours: now 1, most 1.").collect();
    assert_eq!(labels.len(), 1, "{}", tab.body);
    assert!(tab.body.contains("aria-label=\"CPU of the last 24 hours: not measured.\""));

    // A server that is asleep, and one of which nothing is seen.
    fake.set(|script| script.status = status("my_own_map", &[]));
    looking.panel.state.play.look_now(server);
    looking.until(server, |look| look.seen.as_ref().is_some_and(|seen| seen.humans() == 0)).await;
    let list = zoey.get("/servers").await;
    assert_eq!(
        (list.text(".c-play"), list.text(".c-count")),
        ("my_own_mapVersus, Expert, asleep".to_owned(), "0 / 8 players".to_owned())
    );
    drop(fake);
    looking.is_down(server).await;
    looking.until_gone(server).await;
    let tab = zoey.get(&format!("/servers/{server}/players")).await;
    assert!(tab.body.contains("It does not run."));
    assert!(tab.texts(".people li").iter().any(|row| row.starts_with("MMalleft at ")), "{:?}", tab.texts(".people li"));
    looking.end().await;
}

/// A small drawing of a day stands in the list, of those on which somebody played.
#[tokio::test]
async fn the_list_shows_who_played_within_a_day() {
    let panel = crate::panel::Panel::new().await;
    let zoey = panel.user("zoey").await;
    let (busy, quiet) = (panel.server(zoey, "Busy").await, panel.server(zoey, "Quiet").await);
    let sample = |from, to, players| Sample {
        from,
        to,
        map: "c1m1_hotel".to_owned(),
        mode: "coop".to_owned(),
        players,
        figures: Figures { fps: None, cpu: None, memory: None },
    };
    let samples = [
        (busy, sample(NOW - 7200, NOW - 3600, 6)),
        (busy, sample(NOW - 3600, NOW, 0)),
        (quiet, sample(NOW - 3600, NOW, 0)),
    ];
    server_samples::put(&panel.state.db, &samples).await.unwrap();
    let page = panel.login("zoey").await.get("/servers").await;
    assert_eq!(page.body.matches("<svg class=\"spark\"").count(), 1, "{}", page.body);
    assert!(page.body.contains("aria-label=\"Players of the last 24 hours, at most 6\"><path class=\"g-area\" d=\"M"));
    // Again each ten minutes, however often the list is made.
    server_samples::put(&panel.state.db, &[(quiet, sample(NOW - 9000, NOW - 8000, 2))]).await.unwrap();
    assert_eq!(panel.login("zoey").await.get("/servers").await.body.matches("class=\"spark\"").count(), 1);
    panel.state.clock.advance(600);
    server_samples::put(&panel.state.db, &[(quiet, sample(NOW, NOW + 60, 0))]).await.unwrap();
    assert_eq!(panel.login("zoey").await.get("/servers").await.body.matches("class=\"spark\"").count(), 2);
}

/// What changes in a game is on the list and on the page with the next look, without anybody asking for it.
#[tokio::test]
async fn a_change_in_the_game_is_pushed_with_the_next_look() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until(server, |look| look.seen.is_some()).await;
    let zoey = looking.panel.login("zoey").await;
    for (path, expected) in [
        ("/servers/events".to_owned(), vec!["event: server-1", "Dark Carnival 3/5", "<strong>2</strong>"]),
        (
            format!("/servers/{server}/events?tab=players"),
            vec!["event: people", "Rochelle", "event: cluster", "Dark Carnival 4/5"],
        ),
    ] {
        let mut stream = zoey.open(&path, None).await.into_body().into_data_stream();
        // What it begins with.
        let mut text = String::new();
        while !text.contains("event: ") {
            let piece = stream.next().await.unwrap().unwrap();
            text += std::str::from_utf8(&piece).unwrap();
        }
        let asked = fake.asked.borrow().len();
        fake.set(|script| {
            let two = [("Mal", Some(70_148_265), 90, 40), ("Nick", Some(4), 9, 50)];
            let three = [two[0], two[1], ("Rochelle", Some(6), 1, 50)];
            script.status =
                if path.contains("tab=") { status("c2m4_barns", &three) } else { status("c2m3_coaster", &two) };
        });
        let mut text = String::new();
        while !expected.iter().all(|words| text.contains(words)) {
            let piece = stream.next().await.unwrap().unwrap();
            text += std::str::from_utf8(&piece).unwrap();
        }
        // The look that was under way, and the one in which it was seen: two questions each.
        let looks = fake.asked.borrow()[asked..].iter().filter(|asked| *asked == "status").count();
        assert!(looks <= 3, "{looks} looks");
    }
    looking.end().await;
}

/// Names are written by strangers.
#[tokio::test]
async fn a_name_is_text_wherever_it_is_shown() {
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE users; --",
        "a\" STEAM_1:0:1 00:01 5 0 active",
        "\u{1b}[31mred\u{1b}[2J",
        ";quit",
        "\u{202e}gnihtemos\u{202c}",
        "\u{2066}isolated",
        "# 9 9 \"x\"",
        "{{ 7*7 }}",
        "Зоя ❤ 漢字漢字漢字漢",
        "   ",
    ];
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let people: Vec<_> = (10_u32..).zip(names).map(|(account, name)| (name, Some(account), 60, 30)).collect();
    fake.set(|script| script.status = status("c2m2_fairgrounds", &people));
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until(server, |look| look.seen.is_some()).await;
    let mut zoey = looking.panel.login("zoey").await;
    let mut seen = Vec::new();
    let tab = format!("/servers/{server}/players");
    seen.push(zoey.get(&tab).await);
    assert_eq!(seen[0].texts(".people li").len(), names.len());
    seen.push(zoey.get("/servers").await);
    seen.push(zoey.get(&format!("/servers/{server}")).await);
    fake.set(|script| script.status = status("<b>map</b>\u{202e}", &[]));
    looking.panel.state.play.look_now(server);
    looking.until(server, |look| look.seen.as_ref().is_some_and(|seen| seen.humans() == 0)).await;
    while zoey.get(&tab).await.texts("[sse-swap=lately] li").len() < names.len() {
        looking.changes.recv().await.unwrap();
    }
    for path in [tab.as_str(), "/servers"] {
        seen.push(zoey.get(path).await);
    }
    for page in &seen {
        assert_eq!(page.status, StatusCode::OK);
        for bad in ["<script>alert", "<img src=x", "<b>map"] {
            assert!(!page.body.contains(bad), "{bad} in {}", page.body);
        }
        let mut odd = String::new();
        for letter in page.body.chars().filter(|letter| {
            (letter.is_control() && *letter != '\n')
                || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        }) {
            let _ = write!(odd, "{letter:?}");
        }
        assert_eq!(odd, "");
    }
    assert!(seen[0].texts("bdi").contains(&"Зоя ❤ 漢字漢字漢字漢".to_owned()));
    assert!(seen[0].texts("bdi").contains(&"(no name)".to_owned()));
    looking.end().await;
}
