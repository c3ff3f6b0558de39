use askama::Template;
use askama_web::WebTemplate;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;

use super::filter::{Choice, Filter, KINDS, STATES};
use super::listing::Listing;
use crate::live::seen;
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "jobs/list.html")]
struct ListPage {
    shell: Shell,
    all: bool,
    state: &'static str,
    kind: &'static str,
    events: String,
    listing: Listing,
}

impl ListPage {
    const STATES: [Choice; 5] = STATES;
    const KINDS: [Choice; 9] = KINDS;
}

/// Shows the jobs of the user; of everybody to an admin.
pub async fn list(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    filter: Result<Query<Filter>, QueryRejection>,
) -> PageResult {
    let Query(filter) = filter.unwrap_or_default();
    let user = &me.session.user;
    let listing = filter.find(&state, user).await?;
    let events = filter.events(seen(&listing.fragments()?));
    let (of_state, kind) = (filter.state(), filter.kind());
    let page = ListPage { shell: shell.at(Nav::Jobs), all: user.admin, state: of_state, kind, events, listing };
    Ok(page.into_response())
}
