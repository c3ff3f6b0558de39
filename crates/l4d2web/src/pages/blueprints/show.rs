use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::page::BlueprintPage;
use crate::pages::{PageResult, Shell};
use crate::routes::BlueprintAccess;
use crate::state::AppState;

/// What was just done, and what is asked for: `delete` or `hand-over`.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    saved: Option<String>,
    #[serde(default)]
    ask: String,
}

/// Shows a blueprint.
pub async fn show(
    State(state): State<AppState>,
    Extension(access): Extension<BlueprintAccess>,
    shell: Shell,
    Query(done): Query<Done>,
) -> PageResult<Response> {
    let mut page = BlueprintPage::load(&state, shell, access, None).await?;
    page.said = done.saved.map(|_| "Saved.");
    page.ask = done.ask;
    Ok(page.into_response())
}
