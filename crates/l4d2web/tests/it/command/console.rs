use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::id::UserId;

use super::Evening;

async fn kept(evening: &Evening) -> Vec<(String, String, bool)> {
    let rows =
        db::command_history::before(&evening.looking.panel.state.db, evening.server, UserId(1), None, 1000).await;
    rows.unwrap().into_iter().map(|said| (said.command, said.reply, said.failed)).collect()
}

#[tokio::test]
async fn a_command_is_run_and_kept_for_whoever_typed_it() {
    let evening = Evening::new().await;
    let console = evening.path("/console");
    let mut zoey = evening.login("zoey").await;
    let reply = zoey.script(&console, &[("command", " mp_gamemode ")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("&#34;mp_gamemode&#34; = &#34;coop&#34;"), "{}", reply.body);
    assert!(!reply.body.contains("<html"));
    // Without scripts it is the page again.
    let reply = zoey.post(&console, &[("command", "say hello")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let page = evening.page_with(&mut zoey, "/console", "<option value=\"status\">").await;
    assert!(page.contains("data-said=\"mp_gamemode\"") && page.contains("data-said=\"say hello\""), "{page}");
    for word in ["mp_gamemode", "z_difficulty", "status"] {
        assert!(page.contains(&format!("<option value=\"{word}\">")), "{word}: {page}");
    }
    let mut mia = evening.login("mia").await;
    assert!(!mia.get(&console).await.body.contains("data-said"), "each has their own history");
}

#[tokio::test]
async fn a_page_begins_with_the_last_fifty_and_five_hundred_are_kept() {
    let evening = Evening::new().await;
    let (state, server) = (&evening.looking.panel.state, evening.server);
    for number in 0..520 {
        db::command_history::insert(&state.db, server, UserId(1), &format!("n{number:03}"), "", false, 1)
            .await
            .unwrap();
    }
    let mut zoey = evening.login("zoey").await;
    let mut page = zoey.get(&evening.path("/console")).await.body;
    assert_eq!(page.matches("data-said=").count(), 50);
    assert!(page.contains("data-said=\"n519\"") && page.contains("data-said=\"n470\"") && !page.contains("\"n469\""));
    // What is before is reached from page to page, each once, to the first.
    let (mut pages, mut seen) = (1, 50);
    while let Some((_, rest)) = page.split_once("/console?before=") {
        let before = rest.split('"').next().unwrap();
        page = zoey.get(&evening.path(&format!("/console?before={before}"))).await.body;
        assert!(page.contains("The newest commands"));
        seen += page.matches("data-said=").count();
        pages += 1;
    }
    assert_eq!((pages, seen), (10, 500));
    assert!(page.contains("data-said=\"n020\""), "{page}");
    let kept = kept(&evening).await;
    assert_eq!((kept.len(), kept[0].0.as_str()), (500, "n020"));
}

#[tokio::test]
async fn long_replies_of_one_user_take_a_megabyte_at_most() {
    let evening = Evening::new().await;
    let (state, server) = (&evening.looking.panel.state, evening.server);
    let reply = "x".repeat(32 * 1024);
    for number in 0..60 {
        let command = format!("n{number:02}");
        db::command_history::insert(&state.db, server, UserId(1), &command, &reply, false, 1).await.unwrap();
    }
    let kept = kept(&evening).await;
    let bytes: usize = kept.iter().map(|(command, reply, _)| command.len() + reply.len()).sum();
    assert!((900_000..=1_048_576).contains(&bytes), "{bytes}");
    assert_eq!(kept.last().unwrap().0, "n59");
}

#[tokio::test]
async fn what_is_dangerous_asks_first() {
    let mut evening = Evening::new().await;
    let console = evening.path("/console");
    evening.game.set(|scene| {
        scene.says.insert("alias".to_owned(), b"bye : quit\nhi : say hello\nmp_gamemode : quit\n".to_vec());
    });
    let mut zoey = evening.login("zoey").await;
    let page = zoey.get(&console).await.body;
    assert!(page.contains("<option value=\"mp_gamemode\">"), "it is known that the game has a command of that name");
    for line in [
        "quit",
        "quit(now)",
        "say x; \"QUIT\"",
        "rcon_password x",
        "sv_rcon_log 0",
        "exec server.cfg",
        "alias q quit",
        "bye",
        "mp_gamemode coop",
        "removeallids",
        "kickall",
        "map c2m1_highway",
        "plugin_unload 0",
        "alias status \"say x\"",
    ] {
        // No faster than people type.
        evening.looking.panel.state.clock.advance(3);
        let asked = zoey.script(&console, &[("command", line)]).await;
        assert_eq!(asked.status, StatusCode::OK);
        assert_eq!(asked.headers["hx-retarget"], "#console-ask", "{line}");
        assert!(asked.body.contains("Run it"), "{}", asked.body);
        let page = zoey.post(&console, &[("command", line)]).await;
        assert_eq!(page.status, StatusCode::OK, "without scripts it is asked on the page");
        assert!(page.body.contains("name=\"sure\""), "{}", page.body);
        assert!(!evening.game.was_asked(line), "{line}");
        // Sure of another line is not sure of this one.
        zoey.script(&console, &[("command", line), ("sure", "status")]).await;
        assert!(!evening.game.was_asked(line), "{line}");
        zoey.script(&console, &[("command", line), ("sure", line)]).await;
        assert!(evening.game.was_asked(line), "{line}");
    }
    zoey.script(&console, &[("command", "hi")]).await;
    evening.game.until_asked("hi").await;
}

#[tokio::test]
async fn no_password_is_kept_or_shown() {
    let evening = Evening::new().await;
    let console = evening.path("/console");
    evening.game.set(|scene| {
        scene.says.insert("rcon_password".to_owned(), b"\"rcon_password\" = \"secret\"\n".to_vec());
        scene.says.insert("leak".to_owned(), b"it is secret, and sv_password : hunter2 : : x\n".to_vec());
    });
    let mut zoey = evening.login("zoey").await;
    let mut seen = String::new();
    for line in ["sv_password \"hunter2\"", "rcon_password", "leak"] {
        seen += &zoey.script(&console, &[("command", line), ("sure", line)]).await.body;
    }
    assert!(evening.game.was_asked("sv_password \"hunter2\""));
    seen += &zoey.get(&console).await.body.split("id=\"transcript\"").nth(1).unwrap()[..2000];
    let rows = format!("{:?}", kept(&evening).await);
    seen += &rows;
    let seen = seen.replace(" sv_password : hunter2 : : x", "");
    assert!(!seen.contains("hunter2") && !seen.contains("secret"), "{seen}");
    assert_eq!(kept(&evening).await[0].0, "sv_password ***");
}

#[tokio::test]
async fn what_was_masked_is_not_sent_again_as_it_is_kept() {
    let evening = Evening::new().await;
    let console = evening.path("/console");
    let mut zoey = evening.login("zoey").await;
    let said = zoey.script(&console, &[("command", "sv_password\"hunter2\"")]).await.body;
    assert!(said.contains("<code>sv_password ***</code>") && said.contains("data-said=\"sv_password \""), "{said}");
    let reply = zoey.script(&console, &[("command", "sv_password ***"), ("sure", "sv_password ***")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("Write the password in its place"), "{}", reply.body);
    assert!(!evening.game.was_asked("sv_password ***"));
}

#[tokio::test]
async fn a_long_reply_comes_whole_and_is_kept_in_part() {
    let evening = Evening::new().await;
    let long = (0..20_000).map(|number| format!("line {number}\n")).collect::<Vec<_>>().concat();
    evening.game.set(|scene| {
        scene.says.insert("long".to_owned(), long.clone().into_bytes());
    });
    let reply = evening.login("zoey").await.script(&evening.path("/console"), &[("command", "long")]).await;
    assert!(reply.body.contains("line 19999"), "{}", reply.body.len());
    let kept = &kept(&evening).await[0].1;
    assert!(kept.len() < 40_000 && kept.ends_with("bytes more"), "{}", kept.len());
}

#[tokio::test]
async fn what_strangers_wrote_does_nothing() {
    let evening = Evening::new().await;
    evening.game.joins(7, "</pre><script>x</script>\u{1b}[2J\u{202e};quit", 14);
    let mut zoey = evening.login("zoey").await;
    let reply = zoey.script(&evening.path("/console"), &[("command", "status")]).await.body;
    let page = zoey.get(&evening.path("/console")).await.body;
    for html in [reply, page] {
        assert!(html.contains("&#60;/pre&#62;&#60;script&#62;x&#60;/script&#62;␛[2J⟨U+202E⟩;quit"), "{html}");
        assert!(!html.contains("<script>x") && !html.contains(['\u{1b}', '\u{202e}', '\0']));
    }
}

#[tokio::test]
async fn what_is_no_command_is_refused_and_nothing_is_sent() {
    let evening = Evening::new().await;
    let console = evening.path("/console");
    let mut zoey = evening.login("zoey").await;
    let before = evening.game.asked.borrow().len();
    for line in ["", "  ", "a\nb", "a\0b", &"x".repeat(512)] {
        let reply = zoey.post(&console, &[("command", line)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains("Nothing was sent"), "{}", reply.body);
    }
    let asked = evening.game.asked.borrow()[before..].to_vec();
    let looks = ["status", "stats", "stats; mp_gamemode; z_difficulty", "cvarlist", "cmdlist", "listid"];
    assert!(asked.iter().all(|line| looks.contains(&line.as_str())), "{asked:?}");
}

#[tokio::test]
async fn who_may_not_and_what_does_not_run_has_no_console() {
    let mut evening = Evening::new().await;
    let console = evening.path("/console");
    let mut otto = evening.login("otto").await;
    assert_eq!(otto.post(&console, &[("command", "status")]).await.status, StatusCode::FORBIDDEN);
    assert!(!otto.get(&evening.path("")).await.body.contains("/console\""), "no tab either");
    evening.looking.is_down(evening.server).await;
    evening.looking.until_gone(evening.server).await;
    let reply = evening.login("mia").await.script(&console, &[("command", "status")]).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::CONFLICT, "“Friday” does not run."));
}

#[tokio::test]
async fn a_game_that_closes_is_told_and_the_next_command_goes() {
    let mut evening = Evening::new().await;
    let console = evening.path("/console");
    let mut zoey = evening.login("zoey").await;
    zoey.script(&console, &[("command", "say one")]).await;
    // Another game at another port: the connection that was kept is not used for it.
    evening.game = super::Game::start().await;
    evening.looking.runs(evening.server, evening.game.port, "secret").await;
    let reply = zoey.script(&console, &[("command", "say two")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(evening.game.was_asked("say two"));
    evening.looking.runs(evening.server, evening.game.port, "another").await;
    let reply = zoey.script(&console, &[("command", "say three")]).await;
    assert!(reply.body.contains("does not take the RCON password"), "{}", reply.body);
    assert!(kept(&evening).await.last().unwrap().2, "it failed");
}

#[tokio::test]
async fn commands_come_no_faster_than_people_type() {
    let evening = Evening::new().await;
    let mut zoey = evening.login("zoey").await;
    let mut refused = 0;
    for _ in 0..41 {
        let reply = zoey.script(&evening.path("/console"), &[("command", "say x")]).await;
        refused += u32::from(reply.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn maps_and_players_are_there_to_be_completed() {
    let mut evening = Evening::new().await;
    evening.game.joins(7, "Mal", 14);
    evening.game.joins(8, "x\"; quit", 15);
    evening.until_humans(2).await;
    let mut zoey = evening.login("zoey").await;
    let page = zoey.get(&evening.path("/console")).await;
    assert!(page.body.contains("<option value=\"c2m3_coaster\"></option>"), "{}", page.body);
    assert!(page.body.contains("<option value=\"7\" label=\"Mal\" data-plain></option>"), "{}", page.body);
    assert!(page.body.contains("<option value=\"8\" label=\"x&#34;; quit\"></option>"), "only by its number");
    let stream = zoey.open(&evening.path("/events?tab=console"), None).await.into_body().into_data_stream();
    evening.game.joins(9, "Nick", 16);
    evening.until_humans(3).await;
    let mut text = String::new();
    let mut stream = std::pin::pin!(stream);
    while !(text.contains("event: console-players") && text.contains("label=\"Nick\"")) {
        let piece = futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
        text += std::str::from_utf8(&piece).unwrap();
    }
}
