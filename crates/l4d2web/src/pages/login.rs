//! The login page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::kit::Field;
use super::{PageResult, Shell, too_many};
use crate::account::{LocalPath, Secret, Target, UserName};
use crate::db;
use crate::db::users::User;
use crate::routes::Visitor;
use crate::state::AppState;

/// Where a login leads that nothing else was asked for.
const START: &str = "/servers";
/// From so few tries on, a refusal says how many are left.
const FEW: u32 = 5;

#[derive(Template, WebTemplate)]
#[template(path = "door/login.html")]
struct LoginPage {
    shell: Shell,
    name: String,
    password: Field,
    next: String,
    error: Option<String>,
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

impl LoginPage {
    fn new(shell: Shell, name: String, next: &str, error: Option<String>) -> Self {
        let next = LocalPath::parse(next).map(|path| path.to_string()).unwrap_or_default();
        Self { shell, name, password: Field::new("password", ""), next, error }
    }
}

/// Shows the form.
pub async fn show(State(state): State<AppState>, shell: Shell, Query(Next { next }): Query<Next>) -> PageResult {
    if shell.user.is_some() {
        return Ok(lead(&next));
    }
    if !db::users::any(&state.db).await? {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(LoginPage::new(shell, String::new(), &next, None).into_response())
}

/// Checks the name and password and begins a session. What is wrong (no such name, another password, not active) makes no difference: not in
/// the answer, and not in the work.
pub async fn submit(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Login>,
) -> PageResult<Response> {
    let meant = UserName::meant_by(&form.name);
    let target = meant.as_ref().map_or(Target::Nobody, Target::Login);
    let left = match state.limits.count(visitor.address, target) {
        Ok(left) => left,
        Err(refused) => {
            tracing::warn!(address = %visitor.address, "too many logins were tried");
            let page = LoginPage::new(shell, form.name, &form.next, Some(refused.sentence()));
            return Ok(too_many(refused, page));
        }
    };
    let known = match &meant {
        Ok(name) => db::users::find_by_name(&state.db, name.as_str()).await?,
        Err(_) => None,
    };
    let user = known.as_ref().filter(|user| user.active);
    let fits = state.passwords.verify(&form.password, user.map(|user| user.password_hash.as_str())).await?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(user) = user.filter(|_| fits)
        && let Some(cookie) = state.sessions.begin(user, visitor.address, agent).await?
    {
        // Whoever has logged in is in, also when this has no turn now: the next login does it.
        if let Err(error) = renew_hash(&state, user, &form.password).await {
            tracing::warn!(user = user.name, %error, "a password was not hashed anew");
        }
        if let Some((_, old)) = &visitor.session {
            db::sessions::delete(&state.db, old.id).await?;
        }
        tracing::info!(user = user.name, address = %visitor.address, "logged in");
        return Ok((jar.add(cookie), lead(&form.next)).into_response());
    }
    // What was typed as a name may be a password, so that only names that are known are logged.
    let name = known.as_ref().map_or("(unknown)", |user| user.name.as_str());
    tracing::warn!(user = name, address = %visitor.address, "a login was refused");
    let error = match left {
        0 => "Name and password do not fit together. The next try counts within a minute.".to_owned(),
        1 => "Name and password do not fit together. 1 try is left for now.".to_owned(),
        2..=FEW => format!("Name and password do not fit together. {left} tries are left for now."),
        _ => "Name and password do not fit together.".to_owned(),
    };
    Ok((StatusCode::UNAUTHORIZED, LoginPage::new(shell, form.name, &form.next, Some(error))).into_response())
}

/// To where the visitor wanted to go, when that is a page of this panel.
fn lead(next: &str) -> Response {
    Redirect::to(LocalPath::parse(next).as_ref().map_or(START, LocalPath::as_str)).into_response()
}

/// Hashes a password again that was hashed with other parameters than are used now.
async fn renew_hash(state: &AppState, user: &User, password: &Secret) -> anyhow::Result<()> {
    if state.passwords.is_outdated(&user.password_hash) {
        let new = state.passwords.hash(password).await?;
        db::users::rehash(&state.db, user.id, &user.password_hash, &new).await?;
    }
    Ok(())
}
