use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::show::ProfilePage;
use crate::account::{Secret, Target, check_new};
use crate::db;
use crate::live::Change;
use crate::pages::{PageResult, Shell, go, too_many};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Passwords {
    #[serde(default, rename = "current_password")]
    current: Secret,
    #[serde(default, rename = "new_password")]
    new: Secret,
    #[serde(default, rename = "confirm_new_password")]
    again: Secret,
}

/// Changes one's own password, and ends all one's other sessions.
pub async fn password(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Form(form): Form<Passwords>,
) -> PageResult {
    let user = &me.session.user;
    let mut page = ProfilePage::new(&state, shell.clone(), &me.session).await?;
    if let Err(refused) = state.limits.count(me.address, Target::Change(user.id)) {
        tracing::warn!(user = user.name, address = %me.address, "too many password changes were tried");
        page.fault = Some(refused.sentence());
        return Ok(too_many(refused, page));
    }
    if !state.passwords.verify(&form.current, Some(&user.password_hash)).await? {
        tracing::warn!(user = user.name, address = %me.address, "a password change was refused");
        page.current = page.current.refused("That is not the current password.");
    }
    if let Err(error) = check_new(&form.new) {
        page.new = page.new.refused(error.to_string());
    } else if form.new != form.again {
        page.again = page.again.refused("That is not the same password.");
    }
    if page.current.is_bad() || page.new.is_bad() || page.again.is_bad() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let hash = state.passwords.hash(&form.new).await?;
    db::users::set_password(&state.db, user.id, &hash, Some(me.session.id), state.clock.now()).await?;
    state.bus.send(Change::User(user.id));
    tracing::info!(user = user.name, address = %me.address, "changed their password");
    Ok(go(&shell, "/profile?done=password"))
}
