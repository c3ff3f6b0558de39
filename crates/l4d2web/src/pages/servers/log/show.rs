use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::live::server_log::{Line, SHOWN};
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageResult, Shell};

/// How long a page waits for the host to tell the last lines; the stream brings them when it takes longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Which dialog the page begins with.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    ask: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "servers/log.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    lines: Vec<Arc<Line>>,
    /// Why there are no lines.
    why: String,
    after: String,
    label: String,
    older: String,
    download: String,
}

/// The page of a server with its log.
pub async fn show(at: At, Query(wish): Query<Wish>) -> PageResult {
    let log = at.state.logs.open(at.server.id, at.user.id);
    let mut frame = at.frame(ServerTab::Log).await?;
    frame.ask = wish.ask;
    let (lines, why) = match &log {
        Ok(log) => match (log.last(SHOWN, PATIENCE).await, log.trouble()) {
            (lines, Some(trouble)) => (
                lines.unwrap_or_default(),
                format!("The log cannot be read: {trouble}. It is tried again, and lines come when it can."),
            ),
            (Some(lines), None) => {
                (lines, "There is nothing in the log yet. Lines come when the server starts.".to_owned())
            }
            (None, None) => (Vec::new(), "The host has not told the log yet. Lines come when it does.".to_owned()),
        },
        Err(refused) => (Vec::new(), refused.sentence()),
    };
    let after = lines.last().map_or_else(String::new, |line| format!("&after={}", line.place));
    let (label, page) = (format!("Log of {}", at.server.name), frame.card.page());
    let (older, download) = (format!("{page}/log/older"), format!("{page}/log/download"));
    Ok(Page { shell: at.shell.at(Nav::Servers), frame, lines, why, after, label, older, download }.into_response())
}
