//! The list of servers, which is the home page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::create::NewServer;
use super::frame::public_host;
use super::listing::{Listing, Row, Shown};
use super::no_game::no_game;
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::servers::view::Rank;
use crate::state::AppState;

/// The page.
#[derive(Template)]
#[template(path = "servers/list.html")]
pub(super) struct ListPage {
    shell: Shell,
    listing: Arc<Listing>,
    /// The servers, or what is said in their place.
    shown: Shown,
    /// The form that finds.
    search: String,
    /// What stands there when the game is not installed.
    no_game: String,
    /// Where its stream is.
    events: String,
    pub(super) new: NewServer,
}

/// More than what stands around the rows, in bytes.
const AROUND: usize = 16 << 10;

impl IntoResponse for ListPage {
    fn into_response(self) -> Response {
        // Long lists are not moved while they grow.
        let mut html = String::with_capacity(self.shown.len() + AROUND);
        match self.render_into(&mut html) {
            Ok(()) => Html(html).into_response(),
            Err(error) => PageError::from(error).into_response(),
        }
    }
}

/// What to look for.
#[derive(Debug, Default, Deserialize)]
pub struct Find {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    new: Option<String>,
}

impl Find {
    /// Whether a server is looked for.
    pub(super) fn takes(&self, row: &Row) -> bool {
        let shown = match self.show.as_str() {
            "running" => row.rank == Rank::Running,
            "need" => row.rank == Rank::NeedsYou,
            "stopped" => row.rank == Rank::Rest,
            _ => true,
        };
        let word = self.q.trim().to_lowercase();
        let in_text = |text: &str| text.to_lowercase().contains(&word);
        shown
            && (word.is_empty()
                || in_text(&row.name)
                || row.port.to_string().contains(&word)
                || in_text(&row.blueprint)
                || in_text(&row.map))
    }

    /// The word that is looked for.
    pub(super) fn word(&self) -> &str {
        self.q.trim()
    }

    /// Which servers: `running`, `need`, `stopped`; or all.
    pub(super) fn show(&self) -> &str {
        &self.show
    }

    /// Whether every server is.
    pub(super) fn is_all(&self) -> bool {
        self.q.trim().is_empty() && !matches!(self.show.as_str(), "running" | "need" | "stopped")
    }

    /// The address of the stream of what is found, of which the page has what `seen` says.
    fn events(&self, seen: u64) -> String {
        let pairs =
            [("q", self.q.trim()), ("show", self.show.as_str())].into_iter().filter(|(_, value)| !value.is_empty());
        let seen = format!("{seen:016x}");
        let mut query = form_urlencoded::Serializer::new(String::new());
        format!("/servers/events?{}", query.extend_pairs(pairs).append_pair("after", &seen).finish())
    }
}

impl ListPage {
    pub(super) async fn load(
        state: &AppState,
        me: &LoggedIn,
        shell: Shell,
        headers: &HeaderMap,
        find: Find,
    ) -> PageResult<Self> {
        let user = &me.session.user;
        let listing = state.board.listing(state, me.session.version, user, &public_host(state, headers)).await?;
        let no_game = no_game(state, user).await?;
        Ok(Self {
            shell: shell.at(Nav::Servers),
            shown: listing.shown(&find, state.clock.now()),
            search: listing.search(&find)?,
            events: find.events(listing.seen(&find, &no_game)?),
            no_game,
            new: listing.new.clone(),
            listing,
        })
    }
}

/// Shows it.
pub async fn show(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Query(find): Query<Find>,
) -> PageResult {
    let open = find.new.is_some();
    let mut page = ListPage::load(&state, &me, shell, &headers, find).await?;
    page.new.open = open;
    Ok(page.into_response())
}
