use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum_extra::extract::CookieJar;

use super::PageResult;
use crate::db;
use crate::live::Change;
use crate::routes::Visitor;
use crate::state::AppState;

/// Ends the session of the request.
pub async fn logout(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
) -> PageResult {
    if let Some((_, found)) = &visitor.session {
        db::sessions::delete(&state.db, found.id).await?;
        state.bus.send(Change::User(found.user.id));
        tracing::info!(user = found.user.name, address = %visitor.address, "logged out");
    }
    Ok((state.sessions.forget(jar), Redirect::to("/login")).into_response())
}
