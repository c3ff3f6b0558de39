use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::list::{NewUser, UsersPage};
use crate::account::{Secret, UserName, check_new};
use crate::db;
use crate::live::Change;
use crate::pages::{PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "admin/users/new_form.html")]
struct NewForm {
    shell: Shell,
    new: NewUser,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct New {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Secret,
    admin: Option<String>,
}

/// Makes a user.
pub async fn create(State(state): State<AppState>, me: LoggedIn, shell: Shell, Form(form): Form<New>) -> PageResult {
    let mut new = NewUser::empty();
    new.open = true;
    new.admin = form.admin.is_some();
    new.name.value.clone_from(&form.name);
    let name = UserName::parse(form.name.trim());
    if let Err(error) = &name {
        new.name = new.name.refused(error.to_string());
    }
    if let Err(error) = check_new(&form.password) {
        new.password = new.password.refused(error.to_string());
    }
    let made = match name {
        Ok(name) if !new.password.is_bad() => {
            let hash = state.passwords.hash(&form.password).await?;
            match db::users::insert(&state.db, &name, &hash, new.admin, state.clock.now()).await {
                Err(error) if db::is_duplicate(&error) => {
                    new.name = new.name.refused(format!("There is a user “{name}” already. Take another name."));
                    None
                }
                made => Some((made?, name)),
            }
        }
        _ => None,
    };
    let Some((id, name)) = made else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        if shell.fragment {
            return Ok((status, NewForm { shell, new }).into_response());
        }
        let mut page = UsersPage::new(&state, shell, me.session.user.id).await?;
        page.new = new;
        return Ok((status, page).into_response());
    };
    state.bus.send(Change::User(id));
    tracing::info!(by = me.session.user.name, user = %name, admin = new.admin, "made a user");
    Ok(go(&shell, "/admin/users"))
}
