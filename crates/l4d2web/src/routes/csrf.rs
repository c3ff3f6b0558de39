//! Refuses writes that a page of another site made a browser send. Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`),
//! and tower-http compares; a client that says nothing must carry the form token.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::{LARGE, Visitor};
use crate::pages::PageError;

/// Judges by what the browser says.
pub(super) fn layer() -> CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone> {
    CsrfLayer::new().with_rejection_response(|_: ProtectionError| refusal())
}

/// Judges by the form token where nothing is said.
pub(super) async fn check_token(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let said = says(&request, "sec-fetch-site") || says(&request, "origin");
    if safe || said {
        return next.run(request).await;
    }
    match with_token(request).await {
        Some(request) => next.run(request).await,
        None => refusal(),
    }
}

/// Whether a header is there; an empty one says nothing.
fn says(request: &Request, name: &str) -> bool {
    request.headers().get(name).is_some_and(|value| !value.is_empty())
}

/// The request, when it carries the right token; its body is read for that and put back.
async fn with_token(request: Request) -> Option<Request> {
    let token = request.extensions().get::<Visitor>()?.form_token.clone();
    if let Some(given) = request.headers().get("x-form-token") {
        return token.matches(given.to_str().ok()?).then_some(request);
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGE).await.ok()?;
    let matches = form_urlencoded::parse(&bytes).any(|(name, value)| name == "form_token" && token.matches(&value));
    matches.then(|| Request::from_parts(parts, Body::from(bytes)))
}

fn refusal() -> Response {
    PageError::Forbidden(
        "The request did not come from a page of this panel. Load the page again and repeat it there.".into(),
    )
    .into_response()
}
