//! Many requests for one page.

use std::time::{Duration, Instant};

use l4d2web::db::Db;

use crate::http::Client;
use crate::panel::Panel;
use crate::report::quantile;

/// How long it is measured, after a part of it to get warm.
const TIME: Duration = Duration::from_secs(5);
const WARM: Duration = Duration::from_secs(1);

/// What came of it.
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) middle: Duration,
    pub(crate) most: Duration,
    /// The panel's CPU time for one request.
    pub(crate) cpu: Duration,
}

/// Asks for `path` over so many connections, each as fast as it is answered.
pub(crate) async fn load(panel: &Panel, path: &str, connections: usize) -> Load {
    run(panel, path, connections, WARM).await;
    let (cpu, start) = (panel.cpu(), Instant::now());
    let mut times = run(panel, path, connections, TIME).await;
    let (cpu, took) = (panel.cpu().saturating_sub(cpu), start.elapsed());
    let count = u32::try_from(times.len()).unwrap();
    Load {
        per_second: f64::from(count) / took.as_secs_f64(),
        middle: quantile(&mut times, 0.5),
        most: quantile(&mut times, 0.99),
        cpu: cpu / count,
    }
}

/// Asks for `path` over one connection, each time after something was written to the database.
pub(crate) async fn anew(panel: &Panel, path: &str) -> Load {
    let db = Db::open(&panel.root.path().join("left4me.db")).await.unwrap();
    let mut client = panel.client().await;
    let (cpu, start) = (panel.cpu(), Instant::now());
    let mut times = Vec::new();
    while start.elapsed() < TIME {
        sqlx::raw_sql("UPDATE servers SET updated_at = updated_at + 1 WHERE id = 1").execute(db.write()).await.unwrap();
        let asked = Instant::now();
        client.get(path).await;
        times.push(asked.elapsed());
    }
    let (cpu, took) = (panel.cpu().saturating_sub(cpu), start.elapsed());
    db.close().await;
    let count = u32::try_from(times.len()).unwrap();
    Load {
        per_second: f64::from(count) / took.as_secs_f64(),
        middle: quantile(&mut times, 0.5),
        most: quantile(&mut times, 0.99),
        cpu: cpu / count,
    }
}

async fn run(panel: &Panel, path: &str, connections: usize, time: Duration) -> Vec<Duration> {
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (address, cookie, path) = (panel.address.clone(), panel.cookies[0].clone(), path.to_owned());
            tokio::spawn(async move {
                let (mut client, mut times) = (Client::connect(&address, &cookie).await, Vec::new());
                while Instant::now() < end {
                    let start = Instant::now();
                    client.get(&path).await;
                    times.push(start.elapsed());
                }
                times
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all
}
