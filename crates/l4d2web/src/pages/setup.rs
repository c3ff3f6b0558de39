//! The page of the setup link: makes the first user.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::kit::Field;
use super::{PageError, PageResult, Shell, too_many};
use crate::account::{Secret, Target, Token, TooMany, UserName, check_new};
use crate::db;
use crate::routes::Visitor;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "door/setup.html")]
struct SetupPage {
    shell: Shell,
    now: i64,
    expires_at: i64,
    fault: Option<String>,
    name: Field,
    password: Field,
    again: Field,
}

/// A link that does not count.
#[derive(Template, WebTemplate)]
#[template(path = "door/link_gone.html")]
struct GonePage {
    shell: Shell,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Setup {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    password_again: Secret,
}

impl SetupPage {
    fn new(shell: Shell, now: i64, expires_at: i64, name: &str) -> Self {
        Self {
            shell,
            now,
            expires_at,
            fault: None,
            name: Field::new("name", name),
            password: Field::new("password", ""),
            again: Field::new("password_again", ""),
        }
    }
}

/// Shows the form.
pub async fn show(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    Path(token): Path<String>,
) -> PageResult {
    if let Err(refused) = count(&state, &visitor) {
        return Ok(too_many(refused, GonePage { shell }));
    }
    let now = state.clock.now();
    Ok(match until(&state, &token).await? {
        Some((_, expires_at)) => SetupPage::new(shell, now, expires_at, "").into_response(),
        None => gone(&state, shell).await?,
    })
}

/// Makes the first user, an admin, and logs them in.
pub async fn submit(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    Path(token): Path<String>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Setup>,
) -> PageResult {
    let tries = count(&state, &visitor);
    let Some((token, expires_at)) = until(&state, &token).await? else {
        return match tries {
            Ok(()) => gone(&state, shell).await,
            Err(refused) => Ok(too_many(refused, GonePage { shell })),
        };
    };
    let now = state.clock.now();
    let mut page = SetupPage::new(shell.clone(), now, expires_at, &form.name);
    if let Err(refused) = tries {
        page.fault = Some(refused.sentence());
        return Ok(too_many(refused, page));
    }
    let name = UserName::parse(form.name.trim());
    if let Err(error) = &name {
        page.name = page.name.refused(error.to_string());
    }
    if let Err(error) = check_new(&form.password) {
        page.password = page.password.refused(error.to_string());
    } else if form.password != form.password_again {
        page.again = page.again.refused("That is not the same password.");
    }
    let (Ok(name), false, false) = (name, page.password.is_bad(), page.again.is_bad()) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let hash = state.passwords.hash(&form.password).await?;
    let Some(id) = db::setup_links::redeem(&state.db, &token.hash(), &name, &hash, now).await? else {
        return gone(&state, shell).await;
    };
    tracing::info!(user = %name, address = %visitor.address, "the first user was made by the setup link");
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user = db::users::find(&state.db, id).await?;
    let cookie = match &user {
        Some(user) => state.sessions.begin(user, visitor.address, agent).await?,
        None => None,
    };
    Ok(match cookie {
        Some(cookie) => (jar.add(cookie), Redirect::to("/servers")).into_response(),
        None => Redirect::to("/login").into_response(),
    })
}

fn count(state: &AppState, visitor: &Visitor) -> Result<(), TooMany> {
    state.limits.count(visitor.address, Target::Setup).map(|_| ())
}

/// The link, when it counts, and until when.
async fn until(state: &AppState, token: &str) -> PageResult<Option<(Token, i64)>> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let expires_at = db::setup_links::find(&state.db, &token.hash(), state.clock.now()).await?;
    Ok(expires_at.map(|expires_at| (token, expires_at)))
}

/// 404; while there is no user, with the way to another link.
async fn gone(state: &AppState, shell: Shell) -> PageResult<Response> {
    if db::users::any(&state.db).await? {
        return Err(PageError::NotFound);
    }
    Ok((StatusCode::NOT_FOUND, GonePage { shell }).into_response())
}
