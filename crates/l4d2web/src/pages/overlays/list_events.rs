//! The stream of the list of overlays.

use axum::Extension;
use axum::extract::State;

use super::list::{fragment, rows};
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
    After(after): After,
) -> PageResult {
    open(&state, &visitor, after.as_deref(), ListLive(state.clone()))
}

struct ListLive(AppState);

impl Live for ListLive {
    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Overlay(_) | Change::Blueprint(_))
    }

    async fn allows(&self, _: &User) -> db::Result<bool> {
        // Each look takes those that the user may see.
        Ok(true)
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        Ok(Some(vec![fragment(&rows(&self.0, user).await?)]))
    }
}
