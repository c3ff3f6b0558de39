//! A write that has begun goes to its end, also when whoever asked for it hangs up: else what was stored would not be told to open pages, or
//! a job would be marked as cancelled and go on.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::pages::PageError;

pub(super) async fn run(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let answer = tokio::spawn(next.run(request)).await;
    answer.unwrap_or_else(|error| PageError::from(anyhow::Error::new(error)).into_response())
}
