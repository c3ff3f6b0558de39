use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::Shell;
use crate::machine::Beat;
use crate::state::AppState;

/// What a monitor is told.
#[derive(Debug, Serialize)]
pub struct Health {
    ok: bool,
    database: bool,
    l4d2ctl: bool,
    /// For those who are logged in: to the others it would say what to try.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
}

/// Whether the panel can work: 200, or 503 with what fails.
pub async fn health(State(state): State<AppState>, shell: Shell) -> (StatusCode, Json<Health>) {
    let Beat { database, host } = state.pulse.feel().await;
    let ok = database && host;
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let version = shell.user.map(|_| env!("CARGO_PKG_VERSION"));
    (status, Json(Health { ok, database, l4d2ctl: host, version }))
}
