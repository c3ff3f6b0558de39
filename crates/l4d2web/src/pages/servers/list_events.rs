//! The stream of the list of servers: the rows that differ, the sentence above them, and all rows when some come or go.

use std::collections::BTreeSet;

use askama::Template as _;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;

use super::card::{Card, ServerRow};
use super::cards::cards;
use super::frame::public_host;
use super::list::{Find, Summary};
use crate::db;
use crate::db::users::User;
use crate::live::{After, Change, Fragment, Live, open};
use crate::pages::{PageError, PageResult};
use crate::routes::Visitor;
use crate::state::AppState;

/// Opens the stream.
pub async fn list_events(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Query(find): Query<Find>,
    After(after): After,
    headers: HeaderMap,
) -> PageResult {
    let live = ListLive { host: public_host(&state, &headers), state: state.clone(), find };
    open(&state, &visitor, after.as_deref(), live)
}

struct ListLive {
    state: AppState,
    host: String,
    find: Find,
}

impl Live for ListLive {
    fn concerns(&self, change: Change) -> bool {
        !matches!(change, Change::User(_) | Change::Host)
    }

    async fn allows(&self, _: &User) -> db::Result<bool> {
        // Each look takes those that the user may see.
        Ok(true)
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        let mut cards = cards(&self.state, user, &self.host).await?;
        let summary = Summary::of(&cards);
        cards.retain(|card| self.find.takes(card));
        Ok(Some(fragments(&summary, &cards)?))
    }
}

/// The parts of the list. Rows keep their places until the page is loaded again: nothing moves under the reader's hand.
pub(super) fn fragments(summary: &Summary, cards: &[Card]) -> PageResult<Vec<Fragment>> {
    let failed = |error| PageError::Internal(anyhow::Error::new(error).context("a template failed"));
    let mut rows = Vec::with_capacity(cards.len());
    let mut all = String::new();
    for card in cards {
        let (html, id) = (ServerRow { card }.render().map_err(failed)?, card.view.id);
        all.push_str(&row(&html, &id.to_string()));
        rows.push(Fragment::new(format!("server-{id}"), html));
    }
    let which: BTreeSet<_> = cards.iter().map(|card| card.view.id).collect();
    let summary = Fragment::new("summary", summary.render().map_err(failed)?);
    Ok([summary, Fragment::list("rows", all, &which)].into_iter().chain(rows).collect())
}

/// A row with the place that its own events go to.
fn row(cells: &str, id: &str) -> String {
    format!("<tr id=\"server-{id}\" sse-swap=\"server-{id}\" hx-swap=\"morph:innerHTML\">{cells}</tr>")
}
