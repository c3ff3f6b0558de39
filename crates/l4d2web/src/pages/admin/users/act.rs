use axum::Form;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::{Act, refusal};
use crate::db;
use crate::db::users::Listed;
use crate::id::UserId;
use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// What the switch for admins sends.
#[derive(Debug, Deserialize)]
pub struct Switch {
    admin: YesNo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum YesNo {
    Yes,
    No,
}

/// Lets a user in again.
pub async fn activate(State(state): State<AppState>, me: LoggedIn, shell: Shell, Path(id): Path<UserId>) -> PageResult {
    let user = db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?;
    if !db::users::activate(&state.db, id).await? {
        return Err(PageError::NotFound);
    }
    Ok(done(&state, &me, &shell, &user, "activated a user"))
}

/// Keeps a user out, and ends their sessions.
pub async fn deactivate(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<UserId>,
) -> PageResult {
    let user = allowed(&state, &me, Act::Deactivate, id).await?;
    if !db::users::deactivate(&state.db, id).await? {
        return Err(refused(&state, &me, Act::Deactivate, id).await);
    }
    Ok(done(&state, &me, &shell, &user, "deactivated a user"))
}

/// Makes a user an admin, or one who is not.
pub async fn admin(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<UserId>,
    Form(Switch { admin }): Form<Switch>,
) -> PageResult {
    if admin == YesNo::Yes {
        let user = db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?;
        if !db::users::grant_admin(&state.db, id).await? {
            return Err(PageError::NotFound);
        }
        return Ok(done(&state, &me, &shell, &user, "made a user an admin"));
    }
    let user = allowed(&state, &me, Act::Withdraw, id).await?;
    if !db::users::withdraw_admin(&state.db, id).await? {
        return Err(refused(&state, &me, Act::Withdraw, id).await);
    }
    Ok(done(&state, &me, &shell, &user, "made an admin a user"))
}

/// The user, when `act` is allowed with them.
pub(super) async fn allowed(state: &AppState, me: &LoggedIn, act: Act, id: UserId) -> PageResult<Listed> {
    let user = db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?;
    match refusal(act, &user, me.session.user.id) {
        Some(sentence) => Err(PageError::Conflict(sentence)),
        None => Ok(user),
    }
}

/// Why the database refused what was allowed a moment ago.
pub(super) async fn refused(state: &AppState, me: &LoggedIn, act: Act, id: UserId) -> PageError {
    match allowed(state, me, act, id).await {
        Err(error) => error,
        Ok(user) => PageError::Conflict(format!("Somebody else changed {} at the same moment. Look again.", user.name)),
    }
}

/// Tells open pages and the log, and leads back to the list.
pub(super) fn done(
    state: &AppState,
    me: &LoggedIn,
    shell: &Shell,
    user: &Listed,
    what: &'static str,
) -> axum::response::Response {
    state.bus.send(Change::User(user.id));
    tracing::info!(by = me.session.user.name, user = user.name, address = %me.address, "{what}");
    go(shell, "/admin/users")
}
