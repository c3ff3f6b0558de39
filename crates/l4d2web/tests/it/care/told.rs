//! Who is told of what happens.

use std::time::Duration;

use axum::http::StatusCode;
use l4d2web::care::{deliver, note_crash};
use l4d2web::db::webhooks;
use l4d2web::fetch::{FetchError, Fetcher, Origin, Request};
use l4d2web::id::ServerId;
use l4d2web::live::Change;
use l4d2web::queue::Work;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use super::listener::Listener;
use super::{Cared, sql};
use crate::panel::Panel;

const ALL: [(&str, &str); 4] = [("crash", "yes"), ("hang", "yes"), ("update", "yes"), ("job", "yes")];

/// A panel that tells a listener of zoey's server 1 in plain JSON, and of all servers in the way of Discord.
async fn telling() -> (Panel, Listener) {
    let listener = Listener::start().await;
    let panel = Panel::with(&[("WEBHOOK_ORIGIN", &listener.url)]).await;
    let zoey = panel.user("zoey").await;
    panel.server(zoey, "Friday Versus").await;
    panel.server(zoey, "Saturday").await;
    panel.admin("ada").await;
    for (who, base, format) in [("zoey", "/servers/1", "json"), ("ada", "/admin", "discord")] {
        let url = format!("{}/{format}/token-of-a-webhook", listener.url);
        let fields = [&[("name", format), ("url", url.as_str()), ("format", format)], &ALL[..]].concat();
        let reply = panel.login(who).await.post(&format!("{base}/webhooks"), &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }
    (panel, listener)
}

async fn crash(panel: &Panel, server: i64, at: i64) {
    let (db, now) = (&panel.state.db, panel.state.clock.now());
    note_crash(db, ServerId(server), at, "crashed with signal SEGV", true, now).await.unwrap();
}

fn formats(heard: &[(String, serde_json::Value)]) -> Vec<&str> {
    let mut formats: Vec<_> = heard.iter().map(|(path, _)| path.split('/').nth(1).unwrap()).collect();
    formats.sort_unstable();
    formats
}

#[tokio::test]
async fn those_who_want_to_hear_of_a_server_do() {
    let (panel, listener) = telling().await;
    crash(&panel, 1, 100).await;
    crash(&panel, 1, 100).await;
    deliver(&panel.state).await.unwrap();
    deliver(&panel.state).await.unwrap();
    let heard = listener.heard();
    assert_eq!(formats(&heard), ["discord", "json"], "each once");
    let json = &heard.iter().find(|(path, _)| path.starts_with("/json")).unwrap().1;
    assert_eq!(
        (&json["event"], &json["server"], &json["subject"]),
        (&"crash".into(), &1.into(), &"Friday Versus".into())
    );
    crash(&panel, 2, 100).await;
    deliver(&panel.state).await.unwrap();
    assert_eq!(formats(&listener.heard()), ["discord"], "of another server only those of all");
}

#[tokio::test]
async fn a_job_that_fails_is_told_of() {
    let listener = Listener::start().await;
    let mut cared = Cared::with(&[("WEBHOOK_ORIGIN", &listener.url)]).await;
    let url = format!("{}/json/token", listener.url);
    let fields = [("name", "Us"), ("url", &url), ("format", "json"), ("job", "yes")];
    cared.panel.login("zoey").await.post("/servers/1/webhooks", &fields).await;
    crate::stand_in::order(cared.panel.root.path(), "fail restart 74\n");
    cared.work();
    let job = cared.panel.state.queue.enqueue(Work::Restart(cared.server), None).await.unwrap().id;
    cared.over(job).await;
    // Of a crash it does not want to hear.
    crash(&cared.panel, 1, 100).await;
    deliver(&cared.panel.state).await.unwrap();
    let heard = listener.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!((&heard[0].1["event"], &heard[0].1["what"]), (&"job".into(), &"job 1 (restart) failed.".into()));
    cared.end().await;
}

/// Names may hold anything by the time they get here.
#[tokio::test]
async fn names_do_nothing_to_those_who_are_told() {
    let (panel, listener) = telling().await;
    let name = "UPDATE servers SET name = '**@everyone** <@1> [x](https://bad.example) `;quit' || char(27) || '[2J' || char(8238) WHERE id = ?";
    sql(&panel, name, 1).await;
    note_crash(&panel.state.db, ServerId(1), 100, "said \"@here\"\r\n# big\0", true, panel.state.clock.now())
        .await
        .unwrap();
    deliver(&panel.state).await.unwrap();
    let heard = listener.heard();
    let discord = &heard.iter().find(|(path, _)| path.starts_with("/discord")).unwrap().1;
    assert_eq!(discord["allowed_mentions"], serde_json::json!({ "parse": [] }));
    let text = discord["content"].as_str().unwrap();
    let expected = "**\\*\\*\\@everyone\\*\\* \\<\\@1\\> \\[x\\]\\(https\\:\\/\\/bad.example\\) \\`;quit\u{fffd}\\[2J\u{fffd}** \
                    said \"\\@here\"\u{fffd}\u{fffd}\\# big\u{fffd}. It comes back by itself.";
    assert_eq!(text, expected);
    let json = heard.iter().find(|(path, _)| path.starts_with("/json")).unwrap().1.to_string();
    assert!(!json.contains("\\u001b") && !json.contains("\\u0000") && !json.contains('\u{202e}'), "{json}");
}

#[tokio::test]
async fn who_does_not_take_it_is_told_again_for_an_hour() {
    let (panel, listener) = telling().await;
    sql(&panel, "DELETE FROM webhooks WHERE server_id IS NULL AND id > ?", 0).await;
    listener.answer(503, None, "away");
    crash(&panel, 1, 100).await;
    crash(&panel, 1, 200).await;
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 1, "the second waits behind the first");
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 0);
    // It is all in the database: another panel goes on with it.
    panel.state.clock.advance(10);
    deliver(&panel.state).await.unwrap();
    let at: Vec<i64> = listener.heard().iter().map(|(_, body)| body["at"].as_i64().unwrap()).collect();
    assert_eq!(at, [100, 200]);

    // They want to rest: nothing comes before.
    listener.answer(429, Some("90.5"), "");
    crash(&panel, 1, 300).await;
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 1);
    panel.state.clock.advance(90);
    crash(&panel, 1, 400).await;
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 0);
    panel.state.clock.advance(1);
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 2);

    // What nobody has taken for an hour is forgotten, and that is said.
    listener.answer(500, None, "");
    crash(&panel, 1, 500).await;
    deliver(&panel.state).await.unwrap();
    panel.state.clock.advance(3601);
    listener.heard();
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 0);
    let hook = webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap().remove(0);
    assert_eq!(hook.last.as_deref(), Some("Something was not told: for an hour nobody took it."));
    // What they call a mistake is not sent again.
    listener.answer(404, None, "no such webhook");
    crash(&panel, 1, 600).await;
    deliver(&panel.state).await.unwrap();
    panel.state.clock.advance(3000);
    deliver(&panel.state).await.unwrap();
    assert_eq!(listener.heard().len(), 1);
}

#[tokio::test]
async fn who_is_slow_to_hear_keeps_nobody_else_waiting() {
    let (panel, mut listener) = telling().await;
    sql(&panel, "UPDATE webhooks SET url = replace(url, '/json/', '/slow/') WHERE id = ?", 1).await;
    let stop = CancellationToken::new();
    let caring = tokio::spawn(l4d2web::care::run(panel.state.clone(), stop.clone()));
    for number in 1..=3 {
        crash(&panel, 1, 100 * i64::try_from(number).unwrap()).await;
        panel.state.bus.send(Change::Server(ServerId(1)));
        listener.until_called("/discord/", number).await;
        listener.until_called("/slow/", 1).await;
    }
    let slow = webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap().remove(0);
    assert_eq!(slow.last, None, "it has not answered the first yet");
    assert_eq!(listener.calls.borrow().iter().filter(|path| path.starts_with("/slow/")).count(), 1);
    stop.cancel();
    caring.await.unwrap();
}

/// An answer that comes byte by byte, and never ends.
#[tokio::test]
async fn an_answer_that_trickles_in_has_an_end() {
    for (head, taken) in [("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", true), ("HTTP/1.1 200 OK\r\nx: ", false)]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let trickle = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0, "the question");
            stream.write_all(head.as_bytes()).await.unwrap();
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let origin = Origin::of(&url.parse().unwrap()).unwrap();
        let within = if taken { Duration::from_secs(5) } else { Duration::from_millis(700) };
        let said = Fetcher::new(vec![origin]).say(&Request::json(&url, "{}".to_owned()), within).await;
        match said {
            Ok(said) => assert!(taken && said.is_success(), "{said:?}"),
            Err(error) => assert!(!taken && matches!(error, FetchError::Late { .. }), "{error}"),
        }
        trickle.await.unwrap();
    }
}

#[tokio::test]
async fn many_who_test_at_once_call_once() {
    let (panel, listener) = telling().await;
    let zoey = panel.login("zoey").await;
    let presses = (0..8).map(|_| {
        let mut zoey = zoey.clone();
        async move { zoey.post("/servers/1/webhooks/1/test", &[]).await.status }
    });
    let statuses = futures_util::future::join_all(presses).await;
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{statuses:?}");
    assert_eq!(listener.heard().len(), 1);
}

#[tokio::test]
async fn a_webhook_is_changed_and_keeps_its_address() {
    let (panel, listener) = telling().await;
    let mut zoey = panel.login("zoey").await;
    let page = zoey.get("/servers/1/care?webhook=1").await;
    assert_eq!(page.values("#wh-name, #wh-url, #webhook [name=id]"), ["1", "json", ""]);
    assert_eq!(page.values("#webhook [type=checkbox][checked]").len(), 4);
    assert!(page.text("#wh-url-h").contains("127.0.0.1/…hook") && !page.body.contains("token-of-a-web"));
    let fields = [("id", "1"), ("name", "Us"), ("url", ""), ("format", "json"), ("job", "yes")];
    assert_eq!(zoey.post("/servers/1/webhooks", &fields).await.location(), "/servers/1/care#webhooks");
    let hook = webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap().remove(0);
    assert_eq!((hook.name.as_str(), hook.topics.job, hook.topics.crash), ("Us", true, false));
    assert!(hook.url.ends_with("/json/token-of-a-webhook"));
    // What is wrong is said in the same form.
    let reply =
        zoey.post("/servers/1/webhooks", &[&fields[..2], &[("url", "nonsense"), ("format", "json")]].concat()).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.values("#webhook [name=id]"), ["1"]);
    let other = format!("{}/json/another", listener.url);
    let fields = [("id", "1"), ("name", "Us"), ("url", other.as_str()), ("format", "json"), ("job", "yes")];
    zoey.post("/servers/1/webhooks", &fields).await;
    assert_eq!(webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap()[0].url, other);
    // That of all servers is not zoey's.
    let fields = [("id", "2"), ("name", "Us"), ("url", ""), ("format", "json"), ("job", "yes")];
    assert_eq!(zoey.post("/servers/1/webhooks", &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(zoey.get("/servers/1/care?webhook=2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_test_says_what_the_other_side_answered_and_no_secret() {
    let (panel, listener) = telling().await;
    let mut zoey = panel.login("zoey").await;
    listener.answer(400, None, "{\"message\": \"<b>Unknown\u{1b}[2J Webhook</b>\"}");
    let reply = zoey.post("/servers/1/webhooks/1/test", &[]).await;
    assert_eq!(reply.location(), "/servers/1/care#webhooks");
    let page = zoey.get("/servers/1/care").await;
    let row = page.text("[sse-swap=webhooks] tbody tr");
    assert!(
        row.contains("127.0.0.1 did not take it: it answered 400: “{\"message\": \"<b>Unknown[2J Webhook</b>\"}”."),
        "{row}"
    );
    assert!(!page.body.contains("<b>Unknown"));
    assert!(page.body.contains("127.0.0.1/…hook") && !page.body.contains("token-of-a-web"), "{}", page.body);
    assert_eq!(listener.heard()[0].1["event"], "test");
    // Not as fast as one can press.
    assert_eq!(zoey.post("/servers/1/webhooks/1/test", &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
    panel.state.clock.advance(3);
    zoey.post("/servers/1/webhooks/1/test", &[]).await;
    assert_eq!(listener.heard().len(), 1);
    assert!(!format!("{:?}", webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap()).contains("token"));
    // Whoever gets the server does not go on telling people of it.
    panel.user("bill").await;
    assert_eq!(zoey.post("/servers/1/hand-over", &[("user", "bill")]).await.status, StatusCode::SEE_OTHER);
    assert!(webhooks::list(&panel.state.db, Some(ServerId(1))).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_webhook_leads_nowhere_but_to_the_internet() {
    let listener = Listener::start().await;
    let panel = Panel::new().await;
    panel.admin("ada").await;
    let mut ada = panel.login("ada").await;
    let local = format!("{}/json/token-of-a-webhook", listener.url);
    let add = |url: String| {
        [&[("name".to_owned(), "x".to_owned()), ("url".to_owned(), url), ("format".to_owned(), "json".to_owned())][..], &[("job".to_owned(), "yes".to_owned())]].concat()
    };
    let mut post = async |url: String| {
        let fields = add(url);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        ada.post("/admin/webhooks", &fields).await
    };
    for url in [local, "https://user:token@discord.com/".to_owned(), "https://discord.com:8443/token".to_owned()] {
        let reply = post(url).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!reply.text("#wh-url-e").contains("token"));
    }
    assert_eq!(post("https://127.0.0.1/token-of-a-webhook".to_owned()).await.status, StatusCode::SEE_OTHER);
    let mut ada = panel.login("ada").await;
    ada.post("/admin/webhooks/1/test", &[]).await;
    let row = ada.get("/admin/care").await.text("[sse-swap=webhooks] tbody tr");
    assert!(row.contains("127.0.0.1 is not called: its address 127.0.0.1 is not on the public internet."), "{row}");
    assert!(!row.contains("token-of-a-webhook"), "{row}");
}
