//! The stream of the list of servers: the rows that differ, the sentence above them, and all rows when some come or go.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;

use super::frame::public_host;
use super::list::Find;
use super::no_game::no_game;
use crate::db;
use crate::db::users::User;
use crate::live::{After, Change, Fragment, Live, open};
use crate::pages::PageResult;
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
        !matches!(change, Change::User(_) | Change::Job(_) | Change::Progress(_) | Change::Figures(_))
    }

    async fn allows(&self, _: &User) -> db::Result<bool> {
        // Each look takes those that the user may see.
        Ok(true)
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        let listing = self.state.board.listing(&self.state, self.state.db.version().await?, user, &self.host).await?;
        let no_game = no_game(&self.state, user).await?;
        Ok(Some(listing.fragments(&self.find, &no_game, self.state.clock.now())?))
    }
}
