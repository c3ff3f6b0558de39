//! The login page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::{PageResult, Shell};
use crate::account::Secret;
use crate::db;
use crate::routes::Visitor;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "door/login.html")]
struct LoginPage {
    shell: Shell,
    name: String,
    next: String,
    error: Option<&'static str>,
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct Login {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    next: String,
}

/// Shows the form.
pub async fn show(shell: Shell, Query(Next { next }): Query<Next>) -> PageResult {
    if shell.user.is_some() {
        return Ok(Redirect::to("/servers").into_response());
    }
    Ok(LoginPage { shell, name: String::new(), next, error: None }.into_response())
}

/// Checks the name and password and begins a session.
pub async fn submit(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Login>,
) -> PageResult<Response> {
    let user = db::users::find_by_name(&state.db, form.name.trim()).await?.filter(|user| user.active);
    let fits = state.passwords.verify(&form.password, user.as_ref().map(|user| user.password_hash.as_str())).await?;
    let (true, Some(user)) = (fits, user) else {
        let error = Some("That name and password do not fit together.");
        return Ok(
            (StatusCode::UNAUTHORIZED, LoginPage { shell, name: form.name, next: form.next, error }).into_response()
        );
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookie = state.sessions.begin(user.id, &visitor.address.to_string(), agent).await?;
    Ok((jar.add(cookie), Redirect::to("/servers")).into_response())
}
