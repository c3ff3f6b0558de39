//! The list of servers, which is the home page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::card::Card;
use super::cards::cards;
use super::create::NewServer;
use super::frame::public_host;
use super::list_events::fragments;
use crate::live::{Fragment, seen};
use crate::pages::kit::count;
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::servers::view::Rank;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "servers/list.html")]
pub(super) struct ListPage {
    shell: Shell,
    /// Those that are shown.
    cards: Vec<Card>,
    summary: Summary,
    find: Find,
    /// What the stream is asked with.
    events: String,
    pub(super) new: NewServer,
}

/// How all servers are, in a sentence.
#[derive(Debug, Template)]
#[template(path = "servers/summary.html")]
pub(super) struct Summary {
    /// How many there are, running, in need, and the rest.
    counts: [usize; 4],
    /// Name and page of those in need.
    needy: Vec<(String, String)>,
}

impl Summary {
    pub(super) fn of(cards: &[Card]) -> Self {
        let of = |rank| cards.iter().filter(|card| card.view.rank == rank).count();
        let counts = [cards.len(), of(Rank::Running), of(Rank::NeedsYou), of(Rank::Rest)];
        let needy = cards.iter().filter(|card| card.view.rank == Rank::NeedsYou);
        Self { counts, needy: needy.map(|card| (card.view.name.clone(), card.page())).take(5).collect() }
    }

    fn words(&self) -> String {
        let [all, running, need, _] = self.counts;
        let runs = if running == 1 { "runs" } else { "run" };
        match need {
            0 => format!("{running} of {all} {runs}."),
            1 => format!("{running} of {all} {runs}. 1 needs you: "),
            _ => format!("{running} of {all} {runs}. {need} need you: "),
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
    pub(super) fn takes(&self, card: &Card) -> bool {
        let shown = match self.show.as_str() {
            "running" => card.view.rank == Rank::Running,
            "need" => card.view.rank == Rank::NeedsYou,
            "stopped" => card.view.rank == Rank::Rest,
            _ => true,
        };
        let word = self.q.trim().to_lowercase();
        let in_text = |text: &str| text.to_lowercase().contains(&word);
        shown
            && (word.is_empty()
                || in_text(&card.view.name)
                || card.address.port.to_string().contains(&word)
                || in_text(&card.blueprint.name))
    }

    /// The address of the stream of what is found, of which the page has `fragments`.
    fn events(&self, fragments: &[Fragment]) -> String {
        let pairs =
            [("q", self.q.trim()), ("show", self.show.as_str())].into_iter().filter(|(_, value)| !value.is_empty());
        let seen = format!("{:016x}", seen(fragments));
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
        let mut cards = cards(state, user, &public_host(state, headers)).await?;
        let summary = Summary::of(&cards);
        cards.retain(|card| find.takes(card));
        let new = NewServer::load(state, user.id).await?;
        let events = find.events(&fragments(&summary, &cards)?);
        Ok(Self { shell: shell.at(Nav::Servers), cards, summary, find, events, new })
    }

    /// What to say when nothing is found.
    fn nothing(&self) -> (String, String) {
        let word = self.find.q.trim();
        let all = count(self.summary.counts[0], "server", "servers");
        let title = match (word, self.find.show.as_str()) {
            ("", "running") => "No server runs".to_owned(),
            ("", "need") => "No server needs you".to_owned(),
            ("", _) => "No server is stopped".to_owned(),
            (word, _) => format!("No server is called “{word}”"),
        };
        let text = if word.is_empty() {
            format!("There are {all} in all.")
        } else {
            format!("Looked in names, blueprints and ports of {all}.")
        };
        (title, text)
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
