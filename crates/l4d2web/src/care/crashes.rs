//! How servers ended by themselves, with the last lines of their logs.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::event::Event;
use crate::db::{self, Db, server_crashes, webhooks};
use crate::id::ServerId;
use crate::live::Change;
use crate::state::AppState;

/// How many lines are read to find those before the end, and how many are kept.
const READ: u32 = 400;
const KEPT: usize = 15;
/// The longest line that is kept, in characters.
const LONGEST: usize = 300;
/// How often it is tried to read them, some seconds apart, and twice as many after each time: some minutes in all.
const MOST_READS: i64 = 6;
const AGAIN: i64 = 5;
/// How long the host may take to tell them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Notes that a server ended by itself at `at`, and has people told; `how` follows "it".
///
/// # Errors
///
/// When the database fails.
pub async fn note(db: &Db, server: ServerId, at: i64, how: &str, back: bool, now: i64) -> db::Result<()> {
    let Some(row) = db::servers::find(db, server).await? else { return Ok(()) };
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    if server_crashes::note(&mut tx, server, at, how, back).await? {
        webhooks::tell(&mut tx, &Event::crash(server, &row.name, how, back, at), now).await?;
    }
    tx.commit().await
}

/// Reads the last lines of those that ended since the last time.
///
/// # Errors
///
/// When the database fails.
pub async fn read_lines(state: &AppState) -> db::Result<()> {
    for unread in server_crashes::unread(&state.db, state.clock.now()).await? {
        let (server, at) = (unread.server, unread.at);
        let lines = match timeout(PATIENCE, last_lines(state, server, at)).await {
            Ok(Ok(lines)) => Some(lines.join("\n")),
            Ok(Err(error)) => {
                tracing::info!(server = server.0, %error, "the last lines of a server cannot be read");
                None
            }
            Err(_) => None,
        };
        let tried = unread.reads + 1;
        if let Some(lines) = lines.or_else(|| (tried >= MOST_READS).then(String::new)) {
            server_crashes::set_lines(&state.db, server, at, &lines).await?;
        } else {
            let again = state.clock.now() + (AGAIN << tried.min(16));
            server_crashes::put_off_lines(&state.db, server, at, tried, again).await?;
        }
        state.bus.send(Change::Server(server));
    }
    Ok(())
}

async fn last_lines(state: &AppState, server: ServerId, at: i64) -> Result<Vec<String>, crate::host::HostError> {
    let mut log = state.host.past_log(server, READ)?;
    let mut lines = Vec::new();
    while let Some(line) = log.next().await {
        let line = line?;
        // What its next life prints comes later. The end is known to the second.
        if i64::try_from(line.time_us / 1_000_000).unwrap_or(i64::MAX) > at {
            break;
        }
        lines.push(clean(&line.line));
    }
    Ok(lines.split_off(lines.len().saturating_sub(KEPT)))
}

/// A line without what talks to a terminal, of a bounded length.
fn clean(line: &str) -> String {
    crate::live::plain(line).chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}
