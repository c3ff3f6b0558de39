use std::collections::VecDeque;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::time::timeout;

use crate::host::shape::LogLine;
use crate::host::{HostError, LogSearch};
use crate::live::server_log::{Line, Place};
use crate::pages::{PageError, PageResult};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

/// How many lines a block has.
const BLOCK: usize = 500;
/// How many of the newest lines are read to find a place, from try to try; what is older stands in the download.
const READ: [u32; 3] = [2_000, 10_000, 100_000];

/// How long the journal may be searched.
const PATIENCE: Duration = Duration::from_secs(30);

/// Before which line.
#[derive(Debug, Deserialize)]
pub struct Asked {
    before: String,
}

/// The lines that stand before one that a page has, as HTML; nothing when there are none.
pub async fn older(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> PageResult {
    let Ok(before) = asked.before.parse::<Place>() else {
        return Err(PageError::Unprocessable(
            "“before” is not the place of a line: take that of the first one shown.".into(),
        ));
    };
    let user = visitor.user().ok_or(PageError::NotFound)?.id;
    let found = async {
        let search = state.host.asked_by(user).search_log(access.server.id).await?;
        timeout(PATIENCE, before_place(&search, before))
            .await
            .unwrap_or(Err(HostError::TimedOut { verb: "logs", after: PATIENCE }))
    };
    let lines = match found.await {
        Ok(lines) => lines,
        Err(error) if error.code() == Some(66) => Vec::new(),
        Err(error) => return Err(PageError::of_host("The log cannot be read", &error)),
    };
    let html: String = lines.iter().map(|line| Line::from(line).html.into_string()).collect();
    Ok(Html(html).into_response())
}

/// The block before a place; nothing when the journal does not know the place any more.
async fn before_place(log: &LogSearch<'_>, before: Place) -> Result<Vec<LogLine>, HostError> {
    for count in READ {
        let mut printed = log.newest(count)?;
        let (mut block, mut total, mut found) = (VecDeque::with_capacity(BLOCK + 1), 0, false);
        while let Some(line) = printed.next().await {
            let line = match line {
                Ok(line) => line,
                Err(HostError::BadJson { .. }) => continue,
                Err(error) => return Err(error),
            };
            total += 1;
            found = found || Place::of(&line.cursor) == before;
            if found && block.len() == BLOCK {
                return Ok(block.into());
            }
            if !found {
                block.push_back(line);
                block.drain(..block.len().saturating_sub(BLOCK));
            }
        }
        // Fewer than were asked for are all that there are.
        if total < count || count == READ[READ.len() - 1] {
            return Ok(if found { block.into() } else { Vec::new() });
        }
    }
    Ok(Vec::new())
}
