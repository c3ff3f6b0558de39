use axum::Extension;
use axum::extract::State;

use super::page::stored_stack;
use crate::blueprints::copy_name;
use crate::db;
use crate::db::blueprints::Draft;
use crate::live::Change;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{BlueprintAccess, LoggedIn};
use crate::state::AppState;

/// Copies a blueprint into one of the reader's own, and leads there. Overlays that the reader may not use are left out.
pub async fn clone(
    State(state): State<AppState>,
    Extension(access): Extension<BlueprintAccess>,
    me: LoggedIn,
    shell: Shell,
) -> PageResult {
    let blueprint = access.blueprint;
    let mut stack = stored_stack(&state, &blueprint).await?;
    let me = me.session.user.id;
    let visible = db::overlays::visible(&state.db, me).await?;
    stack.0.retain(|place| visible.iter().any(|overlay| overlay.id == place.overlay));
    for number in 1..100 {
        let name = copy_name(&blueprint.name, number);
        let draft = Draft { name: &name, arguments: &blueprint.arguments, config: &blueprint.config, stack: &stack };
        match db::blueprints::insert(&state.db, me, draft, state.clock.now()).await {
            Err(error) if db::is_duplicate(&error) => {}
            made => {
                let id = made?;
                state.bus.send(Change::Blueprint(id));
                return Ok(go(&shell, &format!("/blueprints/{id}")));
            }
        }
    }
    Err(PageError::Conflict(format!("You have 99 copies of “{}”. Rename or delete some of them.", blueprint.name)))
}
