use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use super::Visitor;

/// Writes a line for each request to the log, at level debug: never what was sent, and no path that is itself a secret.
pub(super) async fn requests(request: Request, next: Next) -> Response {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let method = request.method().clone();
    let path = match request.extensions().get::<MatchedPath>() {
        Some(route) if route.as_str().contains("{token}") => route.as_str().to_owned(),
        _ => request.uri().path().to_owned(),
    };
    let (user, address) = match request.extensions().get::<Visitor>() {
        Some(visitor) => (visitor.user().map(|user| user.id.0), Some(visitor.address)),
        None => (None, None),
    };
    let since = Instant::now();
    let response = next.run(request).await;
    tracing::debug!(
        %method,
        path,
        status = response.status().as_u16(),
        ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        user,
        address = address.map(tracing::field::display),
        "request"
    );
    response
}
