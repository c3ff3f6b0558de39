use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::panel::editor;
use crate::db::overlay_builds::{self, Saved};
use crate::db::{self, quotas};
use crate::live::Change;
use crate::overlays::script::parse_script;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::overlays::show::OverlayPage;
use crate::pages::{PageError, PageResult, Shell, go, refuse};
use crate::queue::Work;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Saves a script and asks for a build of it; by the button `reset`, for one that begins with nothing. When somebody else has saved since the
/// form was made, nothing is stored, and both are shown.
pub async fn save(
    State(state): State<AppState>,
    Extension(mut access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (fields, id, user) = (Fields(&sent), access.overlay.id, &me.session.user);
    let typed = Field::new("script", fields.get("script"));
    let seen = fields.get("seen").parse().unwrap_or_default();
    let parsed = parse_script(&typed.value).and_then(|script| {
        if script.is_empty() {
            Err("The script is empty. Write what puts the files there.".to_owned())
        } else {
            Ok(script)
        }
    });
    let room = quotas::room(&state.db, access.overlay.owner_id).await?;
    let script = match parsed.and_then(|script| room.for_one(access.overlay.counted()).map(|_| script)) {
        Ok(script) => script,
        Err(refusal) => {
            let panel = editor(&state, &access, &shell, &typed.refused(refusal), None).await?;
            let page = OverlayPage::load(&state, shell, &access, user, Some(panel)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    if overlay_builds::set_script(&state.db, id, &script, seen, state.clock.now()).await? == Saved::Newer {
        access.overlay = db::overlays::find(&state.db, id).await?.ok_or(PageError::NotFound)?;
        let newer = overlay_builds::script(&state.db, id).await?;
        let panel = editor(&state, &access, &shell, &typed, Some(&newer)).await?;
        let page = OverlayPage::load(&state, shell, &access, user, Some(panel)).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    state.bus.send(Change::Overlay(id));
    let work = if fields.has("reset") { Work::Rebuild(id) } else { Work::Build(id) };
    state.queue.enqueue(work, Some(user.id)).await.map_err(refuse)?;
    Ok(go(&shell, &format!("/overlays/{id}")))
}
