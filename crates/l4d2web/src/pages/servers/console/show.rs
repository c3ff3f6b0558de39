use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse as _;
use tokio::time::timeout;

use super::entry::Entry;
use crate::command::{Danger, Running};
use crate::db;
use crate::live::server_log::{Line, SHOWN};
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageResult, Shell};

/// How many commands a page begins with.
const NEWEST: i64 = 50;
/// How long a page waits for the log, and for the names of commands.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template, WebTemplate)]
#[template(path = "servers/console/console.html")]
pub(super) struct ConsolePage {
    shell: Shell,
    frame: Frame,
    said: Vec<Entry>,
    words: Arc<[String]>,
    /// Why there is nobody to talk to; empty when there is.
    blocked: String,
    pub(super) command: String,
    /// What is asked first.
    pub(super) asks: Option<Asks>,
    pub(super) error: Option<String>,
    lines: Vec<Arc<Line>>,
    why: String,
    after: String,
    label: String,
    older: String,
    download: String,
}

/// What is asked before a command is run.
#[derive(Template, WebTemplate, Clone)]
#[template(path = "servers/console/ask.html")]
pub(super) struct Asks {
    pub(super) shell: Shell,
    pub(super) page: String,
    pub(super) command: String,
    pub(super) sentence: String,
}

impl Asks {
    pub(super) fn new(at: &At, command: &str, danger: &Danger) -> Self {
        let (shell, page) = (at.shell.clone(), format!("/servers/{}", at.server.id));
        Self { shell, page, command: command.to_owned(), sentence: danger.sentence() }
    }
}

/// The page of the console.
pub async fn console(at: At) -> PageResult {
    Ok(ConsolePage::load(at).await?.into_response())
}

impl ConsolePage {
    pub(super) async fn load(at: At) -> PageResult<Self> {
        let (state, id) = (at.state.clone(), at.server.id);
        let log = state.logs.open(id, at.user.id);
        let frame = at.frame(ServerTab::Console).await?;
        let said = db::command_history::newest(&state.db, id, at.user.id, NEWEST).await?;
        let running = Running::of(&state.db, id).await;
        let words = async {
            let running = running.as_ref().ok()?;
            let seen = state.play.seen(id);
            let version = seen.as_deref().map_or("", |seen| seen.status.version.as_str());
            if let Some(words) = state.controls.words.known(version, running.blueprint) {
                return Some(words);
            }
            let (state, running, version) = (state.clone(), running.clone(), version.to_owned());
            // Whoever comes next has them, when it takes longer.
            let asked =
                tokio::spawn(
                    async move { state.controls.words.of(&state.controls.consoles, id, &running, &version).await },
                );
            timeout(PATIENCE, asked).await.ok()?.ok()?
        };
        let lines = async {
            match &log {
                Ok(log) => (log.last(SHOWN, PATIENCE).await.unwrap_or_default(), String::new()),
                Err(refused) => (Vec::new(), refused.sentence()),
            }
        };
        let (words, (lines, why)) = tokio::join!(words, lines);
        let after = lines.last().map_or_else(String::new, |line| format!("&after={}", line.place));
        let (label, page) = (format!("Log of {}", at.server.name), frame.card.page());
        let (older, download) = (format!("{page}/log/older"), format!("{page}/log/download"));
        let blocked = match &running {
            Ok(_) => String::new(),
            Err(error) => error.sentence(&at.server.name),
        };
        Ok(Self {
            shell: at.shell.at(Nav::Servers),
            frame,
            said: said.iter().map(Entry::of).collect(),
            words: words.unwrap_or_else(|| Arc::from([])),
            blocked,
            command: String::new(),
            asks: None,
            error: None,
            lines,
            why,
            after,
            label,
            older,
            download,
        })
    }
}
