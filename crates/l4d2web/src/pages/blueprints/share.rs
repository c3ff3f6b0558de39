use axum::extract::State;
use axum::{Extension, Form};

use crate::db;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageResult, Shell, go};
use crate::routes::BlueprintAccess;
use crate::state::AppState;

/// Lets everybody see and use a blueprint, or no longer. Servers that use it go on doing so.
pub async fn share(
    State(state): State<AppState>,
    Extension(access): Extension<BlueprintAccess>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let id = access.blueprint.id;
    db::blueprints::share(&state.db, id, Fields(&sent).get("shared") == "yes").await?;
    state.bus.send(Change::Blueprint(id));
    Ok(go(&shell, &format!("/blueprints/{id}")))
}
