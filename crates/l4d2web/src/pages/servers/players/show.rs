use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::graphs::Graphs;
use super::lately::{Faces, PlayedLately};
use super::now::PlayingNow;
use crate::id::ServerId;
use crate::live::Fragment;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageResult, Shell};
use crate::play::graph::Span;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "servers/players.html")]
struct PlayersPage {
    shell: Shell,
    frame: Frame,
    /// What its stream is asked with.
    span: &'static str,
    parts: Parts,
}

/// What changes on the tab by itself.
struct Parts {
    people: String,
    lately: String,
    graphs: String,
}

/// Which time the graphs show.
#[derive(Debug, Default, Deserialize)]
pub struct Spanned {
    #[serde(default)]
    span: String,
}

/// The last 24 hours, unless 30 days are asked for.
pub(in crate::pages::servers) fn span_of(asked: &str) -> Span {
    if asked == "30d" { Span::Month } else { Span::Day }
}

/// Shows the tab.
pub async fn players(at: At, asked: Result<Query<Spanned>, QueryRejection>) -> PageResult {
    let span = asked.map(|Query(asked)| span_of(&asked.span)).unwrap_or(Span::Day);
    let frame = at.frame(ServerTab::Players).await?;
    let parts = Parts::load(&at.state, at.server.id, span).await?;
    let query = if span == Span::Month { "&span=30d" } else { "" };
    Ok(PlayersPage { shell: at.shell.at(Nav::Servers), frame, span: query, parts }.into_response())
}

impl Parts {
    async fn load(state: &AppState, server: ServerId, span: Span) -> PageResult<Self> {
        let (db, now) = (&state.db, state.clock.now());
        let faces = Faces::load(db, server).await?;
        Ok(Self {
            people: PlayingNow::render(state.play.of(server).as_deref(), &faces, now)?,
            lately: PlayedLately::load(db, server, &faces).await?,
            graphs: Graphs::load(db, &state.play, server, span, now).await?,
        })
    }
}

/// What a stream sends of the tab.
pub(in crate::pages::servers) async fn fragments(
    state: &AppState,
    server: ServerId,
    span: Span,
) -> PageResult<Vec<Fragment>> {
    let Parts { people, lately, graphs } = Parts::load(state, server, span).await?;
    Ok(vec![Fragment::new("people", people), Fragment::new("lately", lately), Fragment::new("graphs", graphs)])
}
