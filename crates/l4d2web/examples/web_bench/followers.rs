//! Those who follow a log: how many lines a second reach all of them, and how long a line is on its way.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Barrier;

use crate::http::Client;
use crate::panel::Panel;
use crate::report::quantile;

/// What came of a flood.
pub(crate) struct Flood {
    pub(crate) lines_per_second: f64,
    pub(crate) complete: bool,
}

/// Lets a job print `lines` lines as fast as it can to so many followers, each of which must get all of them in order.
pub(crate) async fn flood(panel: &Panel, followers: usize, lines: usize) -> Flood {
    panel.tell("flood", &lines.to_string());
    let job = install(panel).await;
    let all = Arc::new(Barrier::new(followers + 1));
    let tasks: Vec<_> = (0..followers)
        .map(|number| {
            let cookie = panel.cookies[number % panel.cookies.len()].clone();
            let (address, all) = (panel.address.clone(), all.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(&address, &cookie).await;
                client.open(&format!("/jobs/{job}/events?after=0")).await;
                all.wait().await;
                let mut next = 1;
                each(&mut client, "flood ", |word| {
                    if word.parse() == Ok(next) {
                        next += 1;
                    }
                    next <= lines
                })
                .await;
                next == lines + 1
            })
        })
        .collect();
    all.wait().await;
    let start = Instant::now();
    panel.tell("go", "");
    let mut complete = true;
    for task in tasks {
        complete &= task.await.unwrap();
    }
    let took = start.elapsed();
    settle(panel, job, "flood").await;
    Flood { lines_per_second: lines as f64 / took.as_secs_f64(), complete }
}

/// How long the lines of a job are on their way: the middle, and what 99 of 100 are below.
pub(crate) async fn job_latency(panel: &Panel, stamps: usize) -> [Duration; 2] {
    panel.tell("stamps", &stamps.to_string());
    let job = install(panel).await;
    let mut client = panel.client().await;
    client.open(&format!("/jobs/{job}/events?after=0")).await;
    panel.tell("go", "");
    let times = ways(&mut client, stamps).await;
    settle(panel, job, "stamps").await;
    times
}

/// The same of a server's log. What a real server prints comes through journald, which hands lines on every 250 ms: the host's tests see that.
pub(crate) async fn server_latency(panel: &Panel, stamps: usize) -> [Duration; 2] {
    let mut client = panel.client().await;
    client.open("/servers/1/events?tab=log").await;
    ways(&mut client, stamps).await
}

async fn ways(client: &mut Client, stamps: usize) -> [Duration; 2] {
    let mut times = Vec::new();
    each(client, "stamp ", |word| {
        let printed = Duration::from_secs_f64(word.replace(',', ".").parse().unwrap());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        times.push(now.saturating_sub(printed));
        times.len() < stamps
    })
    .await;
    [quantile(&mut times, 0.5), quantile(&mut times, 0.99)]
}

/// Takes the word behind each `mark` in a stream, until that is enough.
async fn each(client: &mut Client, mark: &str, mut take: impl FnMut(&str) -> bool) {
    let mut text = String::new();
    while let Some(piece) = client.piece().await {
        text.push_str(&String::from_utf8_lossy(&piece));
        let Some(end) = text.rfind("</span>") else { continue };
        let rest = text.split_off(end);
        for part in text.split(mark).skip(1) {
            let word = part.split([' ', '<']).next().unwrap_or_default();
            if word.starts_with(|letter: char| letter.is_ascii_digit()) && !take(word) {
                return;
            }
        }
        text = rest;
    }
}

/// Begins an install, and waits until it runs.
async fn install(panel: &Panel) -> u64 {
    panel.untell("go");
    let mut client = panel.client().await;
    assert_eq!(client.post("/admin/install").await, 303);
    let page = String::from_utf8(client.get("/jobs?kind=install").await).unwrap();
    let job = page.split_once("<tr id=\"job-").unwrap().1.split_once('"').unwrap().0.parse().unwrap();
    until(panel, &format!("/jobs/{job}"), "stand-in: nothing is installed").await;
    job
}

/// Waits until a job is over.
async fn settle(panel: &Panel, job: u64, order: &str) {
    until(panel, &format!("/jobs/{job}"), "How it ended").await;
    panel.untell(order);
}

async fn until(panel: &Panel, path: &str, words: &str) {
    let mut client = panel.client().await;
    while !String::from_utf8(client.get(path).await).unwrap().contains(words) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
