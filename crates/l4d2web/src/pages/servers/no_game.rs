use askama::Template;

use crate::db::job_list::{self, Wanted};
use crate::db::jobs::Whose;
use crate::db::users::User;
use crate::pages::PageResult;
use crate::queue::{JobState, Kind};
use crate::state::AppState;

/// That no server can start yet, and who does what about it.
#[derive(Template)]
#[template(path = "servers/no_game.html")]
struct NoGame {
    admin: bool,
    /// The install that waits or runs.
    install: Option<i64>,
}

/// What `user` is told when the game is not installed, as HTML; empty when it is, or when the host does not say.
pub(super) async fn no_game(state: &AppState, user: &User) -> PageResult<String> {
    if !state.game.is_missing().await {
        return Ok(String::new());
    }
    let wanted = Wanted { whose: Whose::All, states: &JobState::OPEN, kind: Some(Kind::Install), before: None };
    let install = job_list::list(&state.db, wanted, 1).await?.first().map(|job| job.id.0);
    Ok(NoGame { admin: user.admin, install }.render()?)
}
