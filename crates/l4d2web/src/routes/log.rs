use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::Visitor;
use crate::state::AppState;

/// Counts each request for monitors, and writes a line for it to the log, at level debug: never what was sent, and no path that is itself a
/// secret.
pub(super) async fn requests(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (since, method) = (Instant::now(), request.method().clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let line = tracing::enabled!(tracing::Level::DEBUG).then(|| Line::of(&request, route));
    let response = next.run(request).await;
    let (took, status) = (since.elapsed(), response.status());
    if let Some(Line { path, user, address }) = line {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (status, address) = (status.as_u16(), address.map(tracing::field::display));
        tracing::debug!(%method, path, status, ms, user, address, "request");
    }
    state.counters.answered(&method, route, status, took);
    response
}

struct Line {
    path: String,
    user: Option<i64>,
    address: Option<std::net::IpAddr>,
}

impl Line {
    fn of(request: &Request, route: Option<&str>) -> Self {
        let path = route.filter(|route| route.contains("{token}")).unwrap_or_else(|| request.uri().path()).to_owned();
        let visitor = request.extensions().get::<Visitor>();
        let user = visitor.and_then(|visitor| Some(visitor.user()?.id.0));
        Self { path, user, address: visitor.map(|visitor| visitor.address) }
    }
}
