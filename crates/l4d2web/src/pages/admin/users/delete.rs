use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::Act;
use super::act::{allowed, done, refused};
use super::list::{Dialog, Kind, UsersPage};
use crate::db;
use crate::id::UserId;
use crate::pages::{PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "admin/users/delete_form.html")]
struct DeleteForm {
    shell: Shell,
    dialog: Dialog,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    name: String,
}

/// Deletes a user whose name was typed. What they asked for and waits is cancelled; their other jobs stay, as nobody's.
pub async fn delete(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<UserId>,
    Form(form): Form<Typed>,
) -> PageResult {
    let user = allowed(&state, &me, Act::Delete, id).await?;
    if form.name.trim() != user.name {
        let mut dialog = Dialog::new(Kind::Delete, user);
        let error = match form.name.trim() {
            "" => format!("Type the name “{}”.", dialog.user.name),
            typed => format!("That is “{typed}”. The name is “{}”.", dialog.user.name),
        };
        dialog.field.value = form.name;
        dialog.field = dialog.field.refused(error);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        if shell.fragment {
            return Ok((status, DeleteForm { shell, dialog }).into_response());
        }
        let mut page = UsersPage::new(&state, shell, me.session.user.id).await?;
        page.dialog = Some(dialog);
        return Ok((status, page).into_response());
    }
    let Some(waiting) = db::users::delete(&state.db, id, state.clock.now()).await? else {
        return Err(refused(&state, &me, Act::Delete, id).await);
    };
    state.queue.changed(&waiting).await?;
    Ok(done(&state, &me, &shell, &user, "deleted a user"))
}
