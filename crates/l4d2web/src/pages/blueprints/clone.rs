use axum::Extension;
use axum::extract::State;

use super::page::stored_stack;
use crate::blueprints::NAME_MAX;
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

/// `Versus, copy`, `Versus, copy 2`, …
fn copy_name(name: &str, number: usize) -> String {
    let suffix = if number == 1 { ", copy".to_owned() } else { format!(", copy {number}") };
    let room = NAME_MAX - suffix.chars().count();
    name.chars().take(room).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_that_fits() {
        assert_eq!(copy_name("Versus", 1), "Versus, copy");
        assert_eq!(copy_name("Versus", 2), "Versus, copy 2");
        assert_eq!(copy_name(&"ö".repeat(NAME_MAX), 12).chars().count(), NAME_MAX);
    }
}
