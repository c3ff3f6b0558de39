//! `GET /dev/reload`: tells open pages that a file of theirs was saved, or that a new panel runs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::time::{Duration, SystemTime};

use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;

use crate::assets;
use crate::pages::PageResult;

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// A stream of the events `run` (once: which process this is) and `changed` (the name of a saved file).
pub async fn reload() -> PageResult {
    let first = Event::default().event("run").data(std::process::id().to_string());
    let stream = stream::unfold((Some(first), look().await), |(first, mut known)| async move {
        if let Some(event) = first {
            return Some((Ok::<_, Infallible>(event), (None, known)));
        }
        loop {
            tokio::time::sleep(PAUSE).await;
            let now = look().await;
            let changed = now.iter().find(|(name, at)| known.get(*name) != Some(at)).map(|(name, _)| name.clone());
            known = now;
            if let Some(name) = changed {
                return Some((Ok(Event::default().event("changed").data(name)), (None, known)));
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()).into_response())
}

/// When each of our own assets was saved.
async fn look() -> BTreeMap<String, SystemTime> {
    let Some(directory) = assets::disk() else {
        return BTreeMap::new();
    };
    tokio::task::spawn_blocking(|| saved(directory)).await.unwrap_or_default()
}

fn saved(directory: &Path) -> BTreeMap<String, SystemTime> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let saved = entry.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
            Some((entry.file_name().into_string().ok()?, saved))
        })
        .collect()
}
