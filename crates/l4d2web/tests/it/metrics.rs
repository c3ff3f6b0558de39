//! `/metrics`: who may read it, and what it says.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use l4d2web::db::figures::OpenJobs;
use l4d2web::db::jobs;
use l4d2web::id::ServerId;
use l4d2web::metrics::{Counters, Figures, Played, render};
use l4d2web::queue::{JobState, Kind, Work};
use serde_json::Value;

use crate::panel::{Panel, Reply};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn scrape(panel: &Panel, authorization: Option<&str>) -> Reply {
    let mut request = Request::get("/metrics");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    panel.browser().send(request.body(Body::empty()).unwrap()).await
}

/// The value of a line, as in `left4me_jobs{kind="build",state="queued"}`.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn only_who_has_the_token_reads_them() {
    let panel = Panel::with(&[("METRICS_TOKEN", TOKEN)]).await;
    let wrong = format!("Bearer {}f", &TOKEN[..31].replace('0', "1"));
    let longer = format!("Bearer {TOKEN}0");
    let basic = format!("Basic {TOKEN}");
    for refused in [
        None,
        Some("Bearer"),
        Some("Bearer "),
        Some(wrong.as_str()),
        Some(longer.as_str()),
        Some(basic.as_str()),
        Some(TOKEN),
    ] {
        let reply = scrape(&panel, refused).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{refused:?}");
        assert_eq!(reply.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"left4me\"");
        assert!(!reply.body.contains("left4me_"), "{}", reply.body);
    }
    // An admin who is logged in has no token either.
    panel.admin("zoey").await;
    assert_eq!(panel.login("zoey").await.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    for taken in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN}")] {
        let reply = scrape(&panel, Some(&taken)).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    }
    let none = Panel::new().await;
    assert_eq!(scrape(&none, Some("Bearer ")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn they_say_how_things_stand() {
    let panel = Panel::with(&[("METRICS_TOKEN", TOKEN)]).await;
    let zoey = panel.user("zoey").await;
    let [first, second] = [panel.server(zoey, "Friday \"Versus\"").await, panel.server(zoey, "Sunday").await];
    let now = panel.state.clock.now();
    for server in [first, second] {
        let mut connection = panel.state.db.write().acquire().await.unwrap();
        jobs::insert(&mut connection, Work::Start(server), Some(zoey), "", now).await.unwrap();
    }
    panel.state.clock.advance(90);
    assert_eq!(panel.browser().get("/nowhere").await.status, StatusCode::NOT_FOUND);
    let text = scrape(&panel, Some(&format!("Bearer {TOKEN}"))).await.body;
    for (series, expected) in [
        ("left4me_servers{state=\"unknown\"}", 2.0),
        ("left4me_servers{state=\"running\"}", 0.0),
        ("left4me_servers_drifted", 0.0),
        ("left4me_jobs{kind=\"start\",state=\"queued\"}", 2.0),
        ("left4me_queue_age_seconds", 90.0),
        ("left4me_users", 1.0),
        ("left4me_sse_streams", 0.0),
        ("left4me_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}", 1.0),
        ("left4me_http_request_duration_seconds_count{route=\"none\"}", 1.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series} in\n{text}");
    }
    assert!(value(&text, "left4me_database_size_bytes").unwrap() > 4096.0);
    assert!(text.contains(concat!("left4me_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

/// A dashboard that asks for what there is not shows nothing, and nobody is told.
#[tokio::test]
async fn the_dashboard_asks_for_what_there_is() {
    let panel = Panel::new().await;
    let mut figures = Figures::gather(&panel.state).await.unwrap();
    let (server, name) = (ServerId(1), "Friday".to_owned());
    figures.played.push(Played {
        server,
        name,
        answers: true,
        players: Some(1),
        max_players: Some(8),
        fps: Some(30.0),
        rcon_seconds: Some(0.01),
    });
    figures.jobs.push(OpenJobs { kind: Kind::Build, state: JobState::Queued, jobs: 1, oldest: 0 });
    let counters = Counters::new();
    counters.job_ended(Kind::Build, JobState::Failed);
    counters.answered(&Method::GET, Some("/"), StatusCode::OK, Duration::from_millis(3));
    let text = render(&figures, &counters).unwrap();
    let known: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let dashboard: Value = serde_json::from_str(include_str!("../../../../examples/grafana/left4me.json")).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut asked = 0;
    for target in targets {
        let words = target["expr"].as_str().unwrap().split(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
        for word in words.filter(|word| word.starts_with("left4me_")) {
            let name = ["_total", "_bucket"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
            assert!(known.contains(&name), "{word} is not among {known:?}");
            asked += 1;
        }
    }
    assert!(asked > 10);
}
