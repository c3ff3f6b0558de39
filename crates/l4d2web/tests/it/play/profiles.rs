//! Names and pictures of players from Steam, for who has a key.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::routing::get;
use l4d2web::game::SteamId;
use tokio_util::sync::CancellationToken;

use super::{Fake, Looking, Manner, server, status};
use crate::panel::Panel;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n stand-in of a picture";
const KEY: &str = "0123456789ABCDEF0123456789ABCDEF";

/// A stand-in for `GetPlayerSummaries`, and what it was asked.
async fn steam() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (seen, base) = (asked.clone(), url.clone());
    let summaries = async move |Query(query): Query<Vec<(String, String)>>| {
        let value =
            |name| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
        if value("key") != KEY {
            return (StatusCode::FORBIDDEN, "no such key".to_owned());
        }
        let ids = value("steamids");
        seen.lock().unwrap().push(ids.clone());
        let players: Vec<_> = ids
            .split(',')
            .map(|id| serde_json::json!({"steamid": id, "personaname": "On Steam", "avatarfull": format!("{base}/face/{id}")}))
            .collect();
        (StatusCode::OK, serde_json::json!({"response": {"players": players}}).to_string())
    };
    let app = Router::new()
        .route("/ISteamUser/GetPlayerSummaries/v2/", get(summaries))
        .route("/face/{id}", get(async || PNG));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, asked)
}

#[tokio::test]
async fn pictures_come_by_the_panel_and_steam_is_asked_once() {
    let (url, asked) = steam().await;
    let panel = Panel::with(&[("STEAM_API_URL", url.as_str()), ("STEAM_WEB_API_KEY", KEY)]).await;
    let stop = CancellationToken::new();
    let asks = tokio::spawn({
        let (profiles, stop) = (panel.state.profiles.clone(), stop.clone());
        async move { profiles.run(stop).await }
    });
    let mut looking = Looking::at(panel);
    let fake = Fake::start(Manner::Plain).await;
    fake.set(|script| {
        script.status = status("c2m2_fairgrounds", &[("Mal", Some(70_148_265), 90, 40), ("Coach", None, 0, 0)]);
    });
    let server = server(&looking, "Friday Versus", &fake).await;
    let id = SteamId::parse("[U:1:70148265]").unwrap();
    while looking.panel.state.profiles.find(id).await.unwrap().is_none() {
        looking.changes.recv().await.unwrap();
    }
    let mut zoey = looking.panel.login("zoey").await;
    let tab = zoey.get(&format!("/servers/{server}/players")).await;
    let picture = format!("/servers/{server}/players/{}/avatar", id.to_u64());
    assert!(tab.body.contains(&format!("<img src=\"{picture}\"")), "{}", tab.body);
    let answer = zoey.get(&picture).await;
    assert_eq!((answer.status, answer.headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "image/png"));
    let kept: Vec<_> = std::fs::read_dir(looking.panel.root.path().join("avatars")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(*asked.lock().unwrap(), [id.to_u64().to_string()]);
    // Of those who never played here nothing is said, also when Steam knows them.
    let other = SteamId::parse("[U:1:1]").unwrap();
    let reply = zoey.get(&format!("/servers/{server}/players/{}/avatar", other.to_u64())).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    looking.end().await;
    stop.cancel();
    asks.await.unwrap();
}

/// The key is in the address that Steam is asked at, and nowhere else.
#[tokio::test]
async fn what_steam_refuses_is_told_without_the_key() {
    let (url, _) = steam().await;
    for (url, key) in [(url.as_str(), "WRONG-KEY"), ("http://127.0.0.1:1", KEY)] {
        let panel = Panel::with(&[("STEAM_API_URL", url), ("STEAM_WEB_API_KEY", key)]).await;
        assert!(!format!("{:?}", panel.state.config).contains(key));
        let key = l4d2web::account::Secret::from(key);
        let api = url::Url::parse(url).unwrap();
        let fetcher = l4d2web::fetch::Fetcher::new(l4d2web::steam::Steam::trusted(Some(&api)));
        let steam = l4d2web::steam::Steam::new(fetcher, Some(&api));
        let id = SteamId::parse("[U:1:1]").unwrap();
        let (cancel, ids) = (CancellationToken::new(), [id]);
        let asked = tokio::time::timeout(std::time::Duration::from_mins(1), steam.people(&key, &ids, &cancel));
        let error = asked.await.unwrap().unwrap_err();
        let mut told = format!("{error} {error:?}");
        told.extend(anyhow::Error::from(error).chain().map(ToString::to_string));
        assert!(!told.contains(key.expose()), "{told}");
    }
}

#[tokio::test]
async fn without_a_key_there_are_letters() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    fake.set(|script| script.status = status("c2m2_fairgrounds", &[("Mal", Some(70_148_265), 90, 40)]));
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until(server, |look| look.seen.is_some()).await;
    let mut zoey = looking.panel.login("zoey").await;
    let tab = zoey.get(&format!("/servers/{server}/players")).await;
    assert_eq!(tab.text(".face:not(.menu .face)").trim(), "M");
    assert!(!tab.body.contains("/avatar"));
    looking.end().await;
}
