//! Files overlays: a large file through the panel beside `cp`, and the page of a folder with very many entries.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::http::Client;
use crate::panel::Panel;
use crate::report::quantile;

/// A piece, as the script of the page sends it.
const PIECE: usize = 8 << 20;
/// The file that is sent.
const LENGTH: usize = 1 << 30;
/// Entries of the folder.
const ENTRIES: usize = 100_000;
/// How often each is done.
const ROUNDS: usize = 3;

/// What a gigabyte took.
pub(crate) struct Upload {
    pub(crate) ours: Duration,
    /// `cp`, which leaves the rest to the kernel.
    pub(crate) copied: Duration,
    /// `cp` and `sync` of the copy, which is what an upload promises.
    pub(crate) synced: Duration,
}

/// What the page of a large folder took.
pub(crate) struct Tree {
    pub(crate) first: Duration,
    pub(crate) middle: Duration,
    pub(crate) most: Duration,
}

/// Makes the overlay that the others use.
pub(crate) async fn overlay(panel: &Panel) -> i64 {
    let mut client = panel.client().await;
    let form = "application/x-www-form-urlencoded";
    client.send("/overlays", form, b"name=Measured&kind=files").await;
    let db = l4d2web::db::Db::open(&panel.root.path().join("left4me.db")).await.unwrap();
    let id: i64 =
        sqlx::query_scalar("SELECT id FROM overlays WHERE name = 'Measured'").fetch_one(db.read()).await.unwrap();
    db.close().await;
    id
}

/// Sends a gigabyte, and has `cp` copy the same on the same disk; the best of some rounds of each.
pub(crate) async fn upload(panel: &Panel, overlay: i64) -> Upload {
    let source = panel.root.path().join("source.bin");
    noise(&source);
    let mut best = Upload { ours: Duration::MAX, copied: Duration::MAX, synced: Duration::MAX };
    for round in 0..ROUNDS {
        best.ours = best.ours.min(send(panel, overlay, &source, round).await);
        let copy = panel.root.path().join("copy.bin");
        let start = Instant::now();
        run("cp", &[&source, &copy]);
        best.copied = best.copied.min(start.elapsed());
        run("sync", &[&copy]);
        best.synced = best.synced.min(start.elapsed());
        fs::remove_file(copy).unwrap();
    }
    fs::remove_file(source).unwrap();
    best
}

async fn send(panel: &Panel, overlay: i64, source: &Path, round: usize) -> Duration {
    let mut client = panel.client().await;
    let form = "application/x-www-form-urlencoded";
    let mut file = File::open(source).unwrap();
    // A browser reads ahead, too.
    let (ahead, mut pieces) = tokio::sync::mpsc::channel(1);
    let start = Instant::now();
    std::thread::spawn(move || {
        for _ in (0..LENGTH).step_by(PIECE) {
            let mut piece = vec![0; PIECE];
            file.read_exact(&mut piece).unwrap();
            ahead.blocking_send(piece).unwrap();
        }
    });
    let wish = format!("path=map-{round}.vpk&size={LENGTH}&stamp={round}");
    let begun = client.send(&format!("/overlays/{overlay}/uploads"), form, wish.as_bytes()).await;
    let begun: serde_json::Value = serde_json::from_slice(&begun).unwrap();
    let id = begun["id"].as_str().unwrap();
    let mut offset = 0;
    while let Some(piece) = pieces.recv().await {
        let path = format!("/overlays/{overlay}/uploads/{id}/chunk?offset={offset}");
        client.send(&path, "application/octet-stream", &piece).await;
        offset += piece.len();
    }
    let placed = client.send(&format!("/overlays/{overlay}/uploads/{id}/finish"), form, b"").await;
    assert!(placed.starts_with(b"{\"placed\""), "{}", String::from_utf8_lossy(&placed));
    let took = start.elapsed();
    let there = panel.root.path().join(format!("files/{overlay}/map-{round}.vpk"));
    assert_eq!(fs::metadata(&there).unwrap().len(), LENGTH as u64);
    fs::remove_file(there).unwrap();
    took
}

/// Asks for pages of a folder, here and there in it.
pub(crate) async fn tree(panel: &Panel, overlay: i64) -> Tree {
    let folder = panel.root.path().join(format!("files/{overlay}/many"));
    fs::create_dir_all(&folder).unwrap();
    for number in 0..ENTRIES {
        File::create(folder.join(format!("entry number {number:06}.cfg"))).unwrap();
    }
    // What changed this very moment is not remembered.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut client = panel.client().await;
    let mut times = Vec::new();
    for round in 0..500 {
        let offset = round * 7919 % ENTRIES;
        let start = Instant::now();
        let page = client.get(&format!("/overlays/{overlay}/source?path=many&offset={offset}")).await;
        times.push(start.elapsed());
        assert!(page.len() > 10_000);
    }
    let first = times.remove(0);
    Tree { first, middle: quantile(&mut times, 0.5), most: quantile(&mut times, 0.99) }
}

fn noise(path: &Path) {
    let mut file = File::create(path).unwrap();
    let mut state = 1_u64;
    let mut block = vec![0; 1 << 20];
    for _ in 0..LENGTH >> 20 {
        for part in block.chunks_mut(8) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            part.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block).unwrap();
    }
    file.sync_all().unwrap();
}

fn run(program: &str, arguments: &[&Path]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success(), "{program}");
}

impl Client {
    /// Sends a body, which must be taken; the answer's.
    async fn send(&mut self, path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let (status, answer) = self.send_any(path, kind, body).await;
        assert!(status < 400, "POST {path}: {status} {}", String::from_utf8_lossy(&answer));
        answer
    }
}
