use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};

use super::{PageResult, Shell};
use crate::state::AppState;

/// Leads to the servers, or to the login page.
pub async fn home(State(_): State<AppState>, shell: Shell) -> PageResult {
    let target = if shell.user.is_some() { "/servers" } else { "/login" };
    Ok(Redirect::to(target).into_response())
}
