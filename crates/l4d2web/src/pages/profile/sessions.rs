use axum::extract::{Path, State};

use crate::db;
use crate::id::SessionId;
use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// Ends one of one's own sessions.
pub async fn revoke(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<SessionId>,
) -> PageResult {
    if !db::sessions::delete_of(&state.db, me.session.user.id, id).await? {
        return Err(PageError::NotFound);
    }
    ended(&state, &me);
    Ok(go(&shell, "/profile?done=sessions"))
}

/// Ends all one's sessions but the one that asks.
pub async fn revoke_others(State(state): State<AppState>, me: LoggedIn, shell: Shell) -> PageResult {
    db::sessions::delete_others(&state.db, me.session.user.id, me.session.id).await?;
    ended(&state, &me);
    Ok(go(&shell, "/profile?done=sessions"))
}

fn ended(state: &AppState, me: &LoggedIn) {
    state.bus.send(Change::User(me.session.user.id));
    tracing::info!(user = me.session.user.name, address = %me.address, "ended sessions of their own");
}
