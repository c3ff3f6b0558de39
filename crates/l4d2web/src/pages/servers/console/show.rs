use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use tokio::time::timeout;

use super::entry::Entry;
use super::hints::{Players, maps};
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
    /// The one before which are those of before; none when these are all.
    earlier: Option<i64>,
    /// Whether these are not the newest.
    old: bool,
    words: Arc<[String]>,
    maps: Vec<String>,
    players: Players,
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

/// From where on.
#[derive(Debug, Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

/// The page of the console, with the newest commands or those before one.
pub async fn console(at: At, Query(asked): Query<Asked>) -> PageResult {
    Ok(ConsolePage::load_before(at, asked.before).await?.into_response())
}

impl ConsolePage {
    pub(super) async fn load(at: At) -> PageResult<Self> {
        Self::load_before(at, None).await
    }

    async fn load_before(at: At, before: Option<i64>) -> PageResult<Self> {
        let (state, id) = (at.state.clone(), at.server.id);
        let log = state.logs.open(id, at.user.id);
        let frame = at.frame(ServerTab::Console).await?;
        // One more says whether there are any.
        let mut said = db::command_history::before(&state.db, id, at.user.id, before, NEWEST + 1).await?;
        let more = said.len() > usize::try_from(NEWEST).unwrap_or(usize::MAX);
        if more {
            said.remove(0);
        }
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
        let (words, (lines, why), maps) = tokio::join!(words, lines, maps(&state, &at.server));
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
            earlier: said.first().filter(|_| more).map(|said| said.id),
            old: before.is_some(),
            said: said.iter().map(Entry::of).collect(),
            maps,
            players: Players::of(&state, id),
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
