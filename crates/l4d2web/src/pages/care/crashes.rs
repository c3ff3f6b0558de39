use askama::Template;

use crate::db::server_crashes::{self, Crash};
use crate::id::ServerId;
use crate::pages::PageResult;
use crate::state::AppState;

/// How a server ended by itself, the last time first.
#[derive(Template)]
#[template(path = "care/crashes.html")]
struct Crashes {
    rows: Vec<Crash>,
}

/// They, as HTML; empty when it never did.
pub async fn crashes(state: &AppState, server: ServerId) -> PageResult<String> {
    let rows = server_crashes::since(&state.db, server, 0).await?;
    Ok(if rows.is_empty() { String::new() } else { Crashes { rows }.render()? })
}
