//! The stream of the list of jobs: the rows that differ, and all of them when jobs come or go.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};

use super::filter::Filter;
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
    filter: Result<Query<Filter>, QueryRejection>,
    After(after): After,
) -> PageResult {
    let Query(filter) = filter.unwrap_or_default();
    open(&state, &visitor, after.as_deref(), ListLive { state: state.clone(), filter })
}

struct ListLive {
    state: AppState,
    filter: Filter,
}

impl Live for ListLive {
    fn concerns(&self, change: Change) -> bool {
        // With the right to a server come the jobs that were done on it.
        matches!(change, Change::Job(_) | Change::Server(_))
    }

    async fn allows(&self, _: &User) -> db::Result<bool> {
        // Each look takes those that the user may see.
        Ok(true)
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        Ok(Some(self.filter.find(&self.state, user).await?.fragments()?))
    }
}
