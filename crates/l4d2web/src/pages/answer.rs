//! Answers that several pages give.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::Shell;
use crate::account::TooMany;

/// After a form was taken: to the page `to`, by 303, or by htmx when that has sent the form.
#[must_use]
pub fn go(shell: &Shell, to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(target) if shell.fragment => (StatusCode::NO_CONTENT, [("hx-redirect", target)]).into_response(),
        _ => Redirect::to(to).into_response(),
    }
}

/// 429 with `page`, and when the next try counts.
pub fn too_many(refused: TooMany, page: impl IntoResponse) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, refused.wait.to_string())], page).into_response()
}
