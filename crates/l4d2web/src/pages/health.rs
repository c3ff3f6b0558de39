use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::db;
use crate::state::AppState;

/// What a monitor is told.
#[derive(Debug, Serialize)]
pub struct Health {
    ok: bool,
    database: bool,
}

/// Whether the panel can work: 200, or 503 with what fails.
pub async fn health(State(state): State<AppState>) -> (StatusCode, Json<Health>) {
    let database = db::users::count(&state.db).await.is_ok();
    let status = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { ok: database, database }))
}
