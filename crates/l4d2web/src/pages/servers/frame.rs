//! What stands around each tab of a server's page: its head, its notices, its tabs, and the dialogs that its menu opens.

use askama::Template;
use axum::http::{HeaderMap, header};

use super::act::unbuilt;
use super::card::{Card, ServerCluster, ServerNotices};
use super::load::card;
use super::no_game::no_game;
use crate::db::servers::Server;
use crate::db::users::User;
use crate::live::Fragment;
use crate::machine::{Machine, before_start};
use crate::pages::PageResult;
use crate::pages::kit::Tab;
use crate::rights::{ServerRight, Standing};
use crate::state::AppState;

/// A tab of a server's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerTab {
    /// Its log.
    Log,
    /// Its console.
    Console,
    /// Who plays, who played, and how it got on.
    Players,
    /// Its files.
    Files,
    /// Its jobs.
    Jobs,
    /// What is done with it while nobody looks.
    Care,
    /// Its settings.
    Settings,
}

/// The parts around a tab, as HTML; each is a fragment of the page's stream.
#[derive(Debug)]
pub struct Frame {
    /// The server.
    pub card: Card,
    /// What stands in `<section id="state">`.
    pub cluster: String,
    /// What stands in `<div id="notices">`.
    pub notices: String,
    /// The tabs.
    pub tabs: Vec<Tab>,
    /// Where the page's stream is.
    pub events: String,
    /// Which of its dialogs the page begins with, as a link asks for it that is followed without scripts: `reset`, `hand-over`, `delete`.
    pub ask: String,
}

#[derive(Template)]
#[template(path = "servers/tabs.html")]
struct Tabs<'a> {
    tabs: &'a [Tab],
}

/// What may go wrong with a start.
#[derive(Template)]
#[template(path = "servers/fit.html")]
struct Fit {
    warnings: Vec<String>,
}

impl Frame {
    /// The frame of `tab` for a reader. `host` is what players connect to: see [`public_host`].
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn load(
        state: &AppState,
        server: &Server,
        standing: Standing,
        user: &User,
        tab: ServerTab,
        host: &str,
    ) -> PageResult<Self> {
        let card = card(state, server, standing, user, host).await?;
        let page = card.page();
        let current = |which| tab == which;
        let link =
            |which, path: &str, word| Tab { href: format!("{page}{path}"), word, count: None, current: current(which) };
        let mut tabs = vec![link(ServerTab::Log, "", "Log")];
        if standing.may(ServerRight::Console) {
            tabs.push(link(ServerTab::Console, "/console", "Console"));
        }
        let players = card.now().map(|now| u64::from(now.players));
        tabs.push(Tab {
            count: players.filter(|number| *number > 0),
            ..link(ServerTab::Players, "/players", "Players")
        });
        if standing.may(ServerRight::Files) {
            tabs.push(link(ServerTab::Files, "/files", "Files"));
        }
        tabs.push(link(ServerTab::Jobs, "/jobs", "Jobs"));
        if standing.may(ServerRight::Settings) {
            tabs.push(link(ServerTab::Care, "/care", "Care"));
            tabs.push(link(ServerTab::Settings, "/settings", "Settings"));
        }
        let cluster = ServerCluster { card: &card }.render()?;
        let mut notices = ServerNotices { card: &card }.render()?;
        notices.push_str(&crate::pages::care::notices(state, server, standing).await?);
        if card.view.acts.start.can() {
            notices.insert_str(0, &no_game(state, user).await?);
            let mut warnings = before_start(&Machine::look(&state.config.root));
            warnings.extend(unbuilt(&state.db, server.blueprint_id).await?);
            notices.push_str(&Fit { warnings }.render()?);
        }
        Ok(Self { cluster, notices, tabs, events: format!("{page}/events"), ask: String::new(), card })
    }

    /// What a stream sends of it when it changes.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub fn fragments(&self) -> PageResult<Vec<Fragment>> {
        let tabs = Tabs { tabs: &self.tabs }.render()?;
        Ok(vec![
            Fragment::new("cluster", self.cluster.clone()),
            Fragment::new("notices", self.notices.clone()),
            Fragment::new("tabs", tabs),
        ])
    }
}

/// What players connect to: what is set, or the host that the request names, without its port.
#[must_use]
pub fn public_host(state: &AppState, headers: &HeaderMap) -> String {
    let asked = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        Some(name.map_or(host, |(name, _)| name).trim_matches(['[', ']']).to_owned())
    };
    state.config.public_host.clone().or_else(asked).unwrap_or_else(|| "localhost".to_owned())
}
