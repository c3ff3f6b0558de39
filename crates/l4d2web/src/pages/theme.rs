use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::layout::THEME_COOKIE;
use super::{PageResult, Shell};
use crate::account::LocalPath;
use crate::state::AppState;

/// What the buttons send.
#[derive(Debug, Deserialize)]
pub struct Choice {
    theme: Theme,
}

/// The choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// As the system says.
    System,
}

/// Keeps the choice in a cookie for a year, and leads back to the page that was shown.
pub async fn theme(
    State(state): State<AppState>,
    shell: Shell,
    jar: CookieJar,
    headers: HeaderMap,
    Form(Choice { theme }): Form<Choice>,
) -> PageResult {
    let value = match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::System => "",
    };
    let mut cookie = Cookie::build((THEME_COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.config.secure_cookies)
        .max_age(cookie::time::Duration::days(365))
        .build();
    if theme == Theme::System {
        cookie.make_removal();
    }
    let jar = jar.add(cookie);
    if shell.fragment {
        return Ok((jar, StatusCode::NO_CONTENT).into_response());
    }
    Ok((jar, Redirect::to(back(&headers).as_ref().map_or("/", LocalPath::as_str))).into_response())
}

/// The page that was shown: its path is enough, since it is of this panel.
fn back(headers: &HeaderMap) -> Option<LocalPath> {
    let referrer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    LocalPath::parse(referrer.path_and_query()?.as_str())
}
