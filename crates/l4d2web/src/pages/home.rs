//! The start.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};

use super::{PageResult, Shell};
use crate::db;
use crate::state::AppState;

/// How the first user is made.
#[derive(Template, WebTemplate)]
#[template(path = "door/no_user.html")]
struct NoUserPage {
    shell: Shell,
}

/// Leads to the servers, or to the login page; while there is no user, says how to make the first.
pub async fn home(State(state): State<AppState>, shell: Shell) -> PageResult {
    if shell.user.is_some() {
        return Ok(Redirect::to("/servers").into_response());
    }
    if db::users::any(&state.db).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    Ok(NoUserPage { shell }.into_response())
}
