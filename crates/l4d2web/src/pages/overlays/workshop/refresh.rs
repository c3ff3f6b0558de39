use axum::extract::State;

use crate::pages::jobs::title;
use crate::pages::{PageResult, Shell, Toast, refuse, went};
use crate::queue::{Kind, Work};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// Asks for what is done each night: look for newer items, fetch them, build what lists them, and free what nobody lists.
pub async fn refresh(State(state): State<AppState>, me: LoggedIn, shell: Shell) -> PageResult {
    let job = state.queue.enqueue(Work::Refresh, Some(me.session.user.id)).await.map_err(refuse)?;
    Ok(went(&shell, "/overlays", &Toast::job(&title(Kind::Refresh, ""), job)))
}
