//! Measures what items of the Workshop cost: fetching 50 of 20 MB beside `curl --parallel`, and building an overlay of 1,000. `deploy/bench.sh web`
//! runs it; it prints a table in Markdown. The panel is the real program on a fresh root; stand-ins answer for Steam and for `l4d2ctl`.
//!
//!     workshop_bench PATH-OF-L4D2WEB PATH-OF-THE-STAND-IN-L4D2CTL PATH-OF-THE-STAND-IN-STEAM

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on ends by a panic, and runs programs as a user would"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use l4d2web::clock::Clock;
use l4d2web::db::overlays;
use l4d2web::db::{self, Db, jobs, overlay_items};
use l4d2web::fetch::{Fetcher, Origin};
use l4d2web::live::Bus;
use l4d2web::overlays::Kind;
use l4d2web::queue::{JobState, Queue, Work};
use l4d2web::steam::{ItemId, Steam, Word};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What is fetched.
const LARGE: usize = 50;
const BYTES: usize = 20_000_000;
/// What an overlay is built of.
const MANY: usize = 1000;
/// How often each is measured; the median counts.
const ROUNDS: usize = 3;

/// A process that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [panel, l4d2ctl, steam] = arguments.as_slice() else { panic!("usage: workshop_bench L4D2WEB L4D2CTL STEAM") };
    let place = tempfile::tempdir().unwrap();
    let item = |number: usize, filler: usize| {
        (
            number.to_string(),
            json!({"title": format!("Item {number}"), "maps": [format!("map_{number}")], "filler": filler, "picture": "none"}),
        )
    };
    let items: serde_json::Map<_, _> = (1..=LARGE)
        .map(|number| item(number, BYTES))
        .chain((1001..=1000 + MANY).map(|number| item(number, 0)))
        .collect();
    std::fs::write(place.path().join("catalog.json"), json!({"items": items}).to_string()).unwrap();
    let (_steam, url) = start_steam(steam, place.path());

    // The stand-in makes its files when they are first asked for.
    curl(&url, place.path());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(curl(&url, place.path()));
        ours.push(build(panel, l4d2ctl, &url, &(1..=LARGE).collect::<Vec<_>>(), 1).await[0]);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("| What | left4me | Yardstick | Goal |");
    println!("|---|---|---|---|");
    println!(
        "| {LARGE} items of 20 MB fetched, checked and built | {} | `curl --parallel --parallel-max 4`, and `sync`: {} | |",
        seconds(ours),
        seconds(theirs)
    );
    let twice = build(panel, l4d2ctl, &url, &(1001..=1000 + MANY).collect::<Vec<_>>(), 1 + ROUNDS).await;
    let again = median(twice[1..].to_vec());
    let met = if again < Duration::from_secs(1) { "met" } else { "**missed**" };
    println!("| an overlay of 1,000 items fetched and built | {} | | |", seconds(twice[0]));
    println!("| the same built again, nothing to fetch | {} | | under 1 s: {met} |", seconds(again));
}

fn start_steam(program: &str, place: &Path) -> (Running, String) {
    let mut child = Command::new(program).arg(place).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let url = line.rsplit_once(' ').unwrap().1.to_owned();
    // What it prints of each request goes nowhere.
    std::thread::spawn(move || lines.for_each(drop));
    (Running(child), url)
}

/// The same files by curl, four at a time, and on the disk.
fn curl(url: &str, place: &Path) -> Duration {
    let to = place.join("curl");
    std::fs::create_dir_all(&to).unwrap();
    let mut command = Command::new("curl");
    command.args(["--silent", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", "4"]).current_dir(&to);
    for number in 1..=LARGE {
        command.arg("--output").arg(format!("{number}.vpk")).arg(format!("{url}/file/{number}"));
    }
    let begun = Instant::now();
    assert!(command.status().unwrap().success());
    for number in 1..=LARGE {
        std::fs::File::open(to.join(format!("{number}.vpk"))).unwrap().sync_all().unwrap();
    }
    let took = begun.elapsed();
    std::fs::remove_dir_all(&to).unwrap();
    took
}

/// Builds an overlay of these items so often, on a fresh root; how long each build took, from being asked for to its end.
async fn build(panel: &str, l4d2ctl: &str, steam: &str, numbers: &[usize], times: usize) -> Vec<Duration> {
    let root = tempfile::tempdir().unwrap();
    let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
    db::migrate(&db).await.unwrap();
    let overlay = overlays::insert(&db, None, "Bench", Kind::Workshop, 0).await.unwrap();
    let url = Url::parse(steam).unwrap();
    let client = Steam::new(Fetcher::new(vec![Origin::of(&url).unwrap()]), Some(&url));
    let mut items = Vec::new();
    let ids: Vec<ItemId> = numbers.iter().map(|number| number.to_string().parse().unwrap()).collect();
    for batch in ids.chunks(Steam::BATCH) {
        let words = client.details(batch, &CancellationToken::new()).await.unwrap();
        items.extend(words.into_iter().map(|(id, word)| match word {
            Word::Item(item) => (id, item),
            word => panic!("{id}: {word:?}"),
        }));
    }
    overlay_items::add(&db, overlay, &items, items.len(), 0).await.unwrap();
    let mut child = Command::new(panel);
    child.arg("serve").env_clear().env("PATH", "/usr/bin:/bin").env("LEFT4ME_ROOT", root.path());
    child.env("LEFT4ME_LISTEN", "127.0.0.1:0").env("LEFT4ME_L4D2CTL", l4d2ctl).env("STEAM_API_URL", steam);
    let mut child = child.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    lines.find(|line| line.contains("the panel takes requests")).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let _panel = Running(child);
    let queue = Queue::new(db.clone(), Clock::system(), Bus::new());
    let mut took = Vec::new();
    for _ in 0..times {
        let job = queue.enqueue(Work::Build(overlay), None).await.unwrap().id;
        // The panel looks into the queue now and then: it counts from when it begins.
        let mut begun = Instant::now();
        loop {
            let now = jobs::find(&db, job).await.unwrap().unwrap();
            match now.state {
                JobState::Queued => begun = Instant::now(),
                JobState::Succeeded => break,
                state if state.is_over() => panic!("{now:?}"),
                _ => {}
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        took.push(begun.elapsed());
    }
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
