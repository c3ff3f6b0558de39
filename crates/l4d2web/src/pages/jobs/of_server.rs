//! The Jobs tab of a server's page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::listing::Listing;
use super::table::Nothing;
use crate::db::job_list::Wanted;
use crate::db::jobs::Whose;
use crate::id::{JobId, ServerId};
use crate::pages::care::crashes;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageResult, Shell};
use crate::state::AppState;

const NOTHING_YET: Nothing = Nothing {
    title: "No jobs yet",
    text: "Every start and stop of this server is a job, with all that it printed.",
    step: None,
};

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
    /// What its stream is asked with.
    before: String,
    listing: Listing,
    /// How it ended by itself.
    crashes: String,
}

/// Shows what was done with a server.
pub async fn of_server(at: At, place: Result<Query<Place>, QueryRejection>) -> PageResult {
    let before = place.ok().and_then(|Query(place)| place.before).map(JobId);
    let frame = at.frame(ServerTab::Jobs).await?;
    let listing = jobs_of(&at.state, at.server.id, before).await?;
    let crashes = crashes(&at.state, at.server.id).await?;
    let before = before.map_or_else(String::new, |before| format!("&before={before}"));
    Ok(JobsPage { shell: at.shell.at(Nav::Servers), frame, before, listing, crashes }.into_response())
}

/// The jobs of a server that are older than `before`, or the newest.
pub async fn jobs_of(state: &AppState, server: ServerId, before: Option<JobId>) -> PageResult<Listing> {
    let wanted = Wanted { whose: Whose::Server(server), states: &[], kind: None, before };
    let page = format!("/servers/{server}/jobs");
    Listing::load(state, wanted, NOTHING_YET, |before| match before {
        Some(before) => format!("{page}?before={before}"),
        None => page.clone(),
    })
    .await
}
