use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::Act;
use super::act::{allowed, done};
use super::list::{Dialog, Kind, UsersPage};
use crate::account::{Secret, check_new};
use crate::db;
use crate::id::UserId;
use crate::pages::{PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "admin/users/password_form.html")]
struct PasswordForm {
    shell: Shell,
    dialog: Dialog,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct New {
    #[serde(default)]
    password: Secret,
}

/// Gives a user another password, and ends their sessions.
pub async fn password(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<UserId>,
    Form(form): Form<New>,
) -> PageResult {
    let user = allowed(&state, &me, Act::SetPassword, id).await?;
    if let Err(error) = check_new(&form.password) {
        let mut dialog = Dialog::new(Kind::Password, user);
        dialog.field = dialog.field.refused(error.to_string());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        if shell.fragment {
            return Ok((status, PasswordForm { shell, dialog }).into_response());
        }
        let mut page = UsersPage::new(&state, shell, me.session.user.id).await?;
        page.dialog = Some(dialog);
        return Ok((status, page).into_response());
    }
    let hash = state.passwords.hash(&form.password).await?;
    db::users::set_password(&state.db, id, &hash, None, state.clock.now()).await?;
    Ok(done(&state, &me, &shell, &user, "gave a user another password"))
}
