use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::graphs::Graphs;
use super::lately::{Faces, PlayedLately};
use super::now::PlayingNow;
use crate::db;
use crate::db::servers::Server;
use crate::live::Fragment;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::servers::game::{ACTS, Acts, Controls, LastChange};
use crate::pages::{Nav, PageResult, Shell};
use crate::play::graph::Span;
use crate::rights::Standing;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "servers/players.html")]
struct PlayersPage {
    shell: Shell,
    frame: Frame,
    /// What its stream is asked with.
    span: &'static str,
    parts: Parts,
    /// What is done to the game from here; none for those who may not.
    controls: Option<Controls>,
}

/// What changes on the tab by itself.
struct Parts {
    people: String,
    lately: String,
    graphs: String,
    /// How the last change of the game stands.
    change: String,
    /// What was done to the game.
    acts: String,
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
    let span = asked.map_or(Span::Day, |Query(asked)| span_of(&asked.span));
    let frame = at.frame(ServerTab::Players).await?;
    let parts = Parts::load(&at.state, &at.server, at.standing, span).await?;
    let controls = Controls::load(&at).await?;
    let query = if span == Span::Month { "&span=30d" } else { "" };
    Ok(PlayersPage { shell: at.shell.at(Nav::Servers), frame, span: query, parts, controls }.into_response())
}

impl Parts {
    async fn load(state: &AppState, server: &Server, standing: Standing, span: Span) -> PageResult<Self> {
        let (db, now, server) = (&state.db, state.clock.now(), server.id);
        let acts = db::game_acts::newest(db, server, ACTS).await?;
        let faces = Faces::load(db, server).await?;
        Ok(Self {
            people: PlayingNow::render(state.play.of(server).as_deref(), &faces, server, standing, now)?,
            lately: PlayedLately::load(db, server, &faces, standing).await?,
            graphs: Graphs::load(db, &state.play, server, span, now).await?,
            change: LastChange::render(&acts)?,
            acts: Acts::render(acts)?,
        })
    }
}

/// What a stream sends of the tab.
pub(in crate::pages::servers) async fn fragments(
    state: &AppState,
    server: &Server,
    standing: Standing,
    span: Span,
) -> PageResult<Vec<Fragment>> {
    let Parts { people, lately, graphs, change, acts } = Parts::load(state, server, standing, span).await?;
    Ok(vec![
        Fragment::new("people", people),
        Fragment::new("lately", lately),
        Fragment::new("graphs", graphs),
        Fragment::new("change", change),
        Fragment::new("acts", acts),
    ])
}
