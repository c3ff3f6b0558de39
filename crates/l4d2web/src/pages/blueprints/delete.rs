use axum::Extension;
use axum::extract::State;

use crate::db;
use crate::live::Change;
use crate::pages::kit::count;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{BlueprintAccess, LoggedIn};
use crate::state::AppState;

/// Deletes a blueprint that no server uses.
pub async fn delete(
    State(state): State<AppState>,
    Extension(access): Extension<BlueprintAccess>,
    me: LoggedIn,
    shell: Shell,
) -> PageResult {
    let blueprint = access.blueprint;
    if db::blueprints::delete_unused(&state.db, blueprint.id).await? {
        state.bus.send(Change::Blueprint(blueprint.id));
        return Ok(go(&shell, "/blueprints"));
    }
    let users = db::blueprints::users(&state.db, blueprint.id).await?;
    let (own, others): (Vec<_>, Vec<_>) = users.iter().partition(|user| user.owner_id == me.session.user.id);
    let mut names: Vec<String> = own.iter().map(|user| format!("“{}”", user.name)).collect();
    if !others.is_empty() {
        names.push(count(others.len(), "server of somebody else", "servers of others"));
    }
    Err(PageError::Conflict(format!(
        "“{}” is in use by {}. Give them another blueprint first, then delete this one.",
        blueprint.name,
        names.join(", ")
    )))
}
