//! `/metrics`, for monitors that have the token.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use sha2::{Digest as _, Sha256};

use crate::account::Secret;
use crate::metrics::{CONTENT_TYPE, Figures, render};
use crate::pages::{PageError, PageResult};
use crate::state::AppState;

/// How a monitor says the token.
const SCHEME: HeaderValue = HeaderValue::from_static("Bearer realm=\"left4me\"");

/// Tells how things stand to who brings the token of `METRICS_TOKEN`. Without that setting there is no such page.
pub async fn metrics(State(state): State<AppState>, headers: HeaderMap) -> PageResult {
    let token = state.config.metrics_token.as_ref().ok_or(PageError::NotFound)?;
    if !brings(&headers, token) {
        let told = "the token of METRICS_TOKEN is needed, as in: Authorization: Bearer TOKEN\n";
        return Ok((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, SCHEME)], told).into_response());
    }
    let figures = Figures::gather(&state).await?;
    let text = render(&figures, &state.counters).map_err(anyhow::Error::from)?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

fn brings(headers: &HeaderMap, token: &Secret) -> bool {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, said)) = said.and_then(|said| said.split_once(' ')) else { return false };
    // Digests are compared, so that the time says nothing of how much of it is right.
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    scheme.eq_ignore_ascii_case("bearer") && digest(said.trim()) == digest(token.expose())
}
