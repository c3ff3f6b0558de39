//! The Jobs tab of a server's page.

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::row::rows;
use crate::db::job_list::{self, Wanted};
use crate::db::jobs::Whose;
use crate::id::{JobId, ServerId};
use crate::live::Fragment;
use crate::pages::kit::{JobRow, Pager};
use crate::pages::servers::frame::{Frame, ServerTab, public_host};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::{LoggedIn, ServerAccess};
use crate::state::AppState;

/// How many jobs stand on a page.
const PAGE: u32 = 50;

/// Where in the list.
#[derive(Debug, Default, Deserialize)]
pub struct Place {
    before: Option<i64>,
}

#[derive(Template, WebTemplate)]
#[template(path = "jobs/of_server.html")]
struct JobsPage {
    shell: Shell,
    frame: Frame,
    rows: Vec<JobRow>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "jobs/server_rows.html")]
struct Rows<'a> {
    rows: &'a [JobRow],
}

/// Shows what was done with a server.
pub async fn of_server(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    place: Result<Query<Place>, QueryRejection>,
) -> PageResult {
    let before = place.ok().and_then(|Query(place)| place.before).map(JobId);
    let host = public_host(&state, &headers);
    let server = &access.server;
    let frame = Frame::load(&state, server, access.standing, &me.session.user, ServerTab::Jobs, &host).await?;
    let (rows, more) = load(&state, server.id, before).await?;
    let page = format!("/servers/{}/jobs", server.id);
    let pager = Pager {
        previous: before.map(|_| page.clone()),
        previous_word: "Newest jobs",
        next: rows.last().filter(|_| more).map(|last| format!("{page}?before={}", last.id)),
        next_word: "Older jobs",
        words: String::new(),
    };
    Ok(JobsPage { shell: shell.at(Nav::Servers), frame, rows, pager }.into_response())
}

/// The newest jobs of a server as the page's stream brings them, by the event `jobs`.
pub async fn newest(state: &AppState, server: ServerId) -> PageResult<Fragment> {
    let (rows, _) = load(state, server, None).await?;
    Ok(Fragment::new("jobs", Rows { rows: &rows }.render().map_err(anyhow::Error::from)?))
}

async fn load(state: &AppState, server: ServerId, before: Option<JobId>) -> PageResult<(Vec<JobRow>, bool)> {
    let wanted = Wanted { whose: Whose::Server(server), states: &[], kind: None, before };
    let mut jobs = job_list::list(&state.db, wanted, PAGE + 1).await?;
    let more = jobs.len() > PAGE as usize;
    jobs.truncate(PAGE as usize);
    Ok((rows(&state.db, jobs, state.clock.now()).await?, more))
}
