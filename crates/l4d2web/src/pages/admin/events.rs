//! The stream of the overview: the game, the machine, and the jobs that are not over.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;

use super::parts::Parts;
use crate::db;
use crate::db::users::User;
use crate::live::{After, Change, Fragment, Live, open};
use crate::pages::PageResult;
use crate::routes::Visitor;
use crate::state::AppState;

/// How often disk and memory are looked at: nobody tells of them.
const EVERY: Duration = Duration::from_secs(5);

/// Opens the stream.
pub async fn events(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    After(after): After,
) -> PageResult {
    open(&state, &visitor, after.as_deref(), OverviewLive { state: state.clone() })
}

struct OverviewLive {
    state: AppState,
}

impl Live for OverviewLive {
    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Job(_) | Change::Host)
    }

    fn every(&self) -> Option<Duration> {
        Some(EVERY)
    }

    async fn allows(&self, user: &User) -> db::Result<bool> {
        Ok(user.admin)
    }

    async fn fragments(&self, _: &User) -> PageResult<Option<Vec<Fragment>>> {
        let game = self.state.game.look().await;
        Ok(Some(Parts::look(&self.state, game).await?.fragments()?))
    }
}
