use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::page::BlueprintPage;
use crate::db;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::people::find_person;
use crate::pages::{PageResult, Shell, go};
use crate::routes::{BlueprintAccess, LoggedIn};
use crate::state::AppState;

/// Makes a blueprint somebody else's.
pub async fn hand_over(
    State(state): State<AppState>,
    Extension(access): Extension<BlueprintAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let typed = Fields(&sent).get("user");
    let id = access.blueprint.id;
    let refusal = match find_person(&state, typed, access.blueprint.owner_id, me.session.user.id).await? {
        Ok(person) => match db::blueprints::hand_over(&state.db, id, person.id).await {
            Err(error) if db::is_duplicate(&error) => format!(
                "{} has a blueprint named “{}” already. Rename this one first.",
                person.name, access.blueprint.name
            ),
            done => {
                done?;
                state.bus.send(Change::Blueprint(id));
                return Ok(go(&shell, "/blueprints"));
            }
        },
        Err(refusal) => refusal,
    };
    let mut page = BlueprintPage::load(&state, shell, access, None).await?;
    typed.clone_into(&mut page.hand_over.value);
    page.hand_over = page.hand_over.refused(refusal);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
