use std::fmt::Write as _;
use std::io;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::IntoResponse as _;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::host::HostError;
use crate::live::plain;
use crate::pages::attachment::attachment;
use crate::pages::{PageError, PageResult};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

/// As many lines as the host tells.
const ALL: u32 = 1_000_000;
/// How much text is sent in one piece, in bytes.
const PIECE: usize = 64 * 1024;

/// All lines of the log as a text, each with its time in UTC; streamed, never held as a whole.
pub async fn download(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
) -> PageResult {
    let user = visitor.user().ok_or(PageError::NotFound)?.id;
    let lines = state.host.asked_by(user).past_log(access.server.id, ALL).await;
    let lines = lines.map_err(|error| PageError::of_host("The log cannot be read", &error))?;
    let text = stream::unfold(Some(lines), |reading| async {
        let mut lines = reading?;
        let mut text = String::new();
        while text.len() < PIECE {
            match lines.next().await {
                Some(Ok(line)) => {
                    let at = i64::try_from(line.time_us).ok().and_then(|at| Timestamp::from_microsecond(at).ok());
                    let at = at.unwrap_or(Timestamp::UNIX_EPOCH);
                    let _ = writeln!(text, "{at:.3} {}", plain(&line.line));
                }
                Some(Err(HostError::BadJson { .. })) => {}
                // A server that was never started has no log.
                Some(Err(error)) if error.code() == Some(66) => return finished(text),
                // The browser is to see that it is not complete.
                Some(Err(error)) => return Some((Err(io::Error::other(error)), None)),
                None => return finished(text),
            }
        }
        Some((Ok(Bytes::from(text)), Some(lines)))
    });
    let name = format!("{}.log", access.server.name);
    Ok((attachment(&name, "text/plain; charset=utf-8"), Body::from_stream(text)).into_response())
}

fn finished<S>(text: String) -> Option<(io::Result<Bytes>, Option<S>)> {
    (!text.is_empty()).then(|| (Ok(Bytes::from(text)), None))
}
