use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;

use crate::live::server_log::{Line, SHOWN};
use crate::pages::servers::frame::{Frame, ServerTab, public_host};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

/// How long a page waits for the host to tell the last lines; the stream brings them when it takes longer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template, WebTemplate)]
#[template(path = "servers/log.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    lines: Vec<Arc<Line>>,
    after: String,
    label: String,
    older: String,
    download: String,
}

/// The page of a server with its log.
pub async fn show(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    shell: Shell,
) -> PageResult {
    let ServerAccess { server, standing } = access;
    let Some(user) = visitor.user() else { return Err(crate::pages::PageError::NotFound) };
    let host = public_host(&state, &headers);
    let log = state.logs.open(server.id, user.id);
    let frame = Frame::load(&state, &server, standing, user, ServerTab::Log, &host).await?;
    let lines = match &log {
        Some(log) => log.last(SHOWN, PATIENCE).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let after = lines.last().map_or_else(String::new, |line| format!("&after={}", line.place));
    let (label, page) = (format!("Log of {}", server.name), frame.card.page());
    let (older, download) = (format!("{page}/log/older"), format!("{page}/log/download"));
    Ok(Page { shell: shell.at(Nav::Servers), frame, lines, after, label, older, download }.into_response())
}
