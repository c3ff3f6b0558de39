use askama::Template;

use crate::db::overlay_builds;
use crate::overlays::Room;
use crate::pages::kit::Field;
use crate::pages::overlays::panel::Panel;
use crate::pages::{PageResult, Shell};
use crate::rights::OverlayRight;
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// The editor.
#[derive(Template)]
#[template(path = "overlays/script/panel.html")]
struct Body<'a> {
    shell: &'a Shell,
    page: String,
    script: &'a Field,
    /// Of when what is shown is: see [`super::save`].
    seen: i64,
    /// What somebody else saved meanwhile.
    newer: Option<&'a str>,
    may_change: bool,
    /// How much space is left, for those whose space has an end.
    room: Option<String>,
}

/// The script that is stored.
pub(in crate::pages::overlays) async fn panel(
    state: &AppState,
    access: &OverlayAccess,
    shell: &Shell,
) -> PageResult<Panel> {
    let script = overlay_builds::script(&state.db, access.overlay.id).await?;
    editor(state, access, shell, &Field::new("script", script), None).await
}

/// The editor with what was typed into it. `newer` is what somebody else saved meanwhile.
pub(super) async fn editor(
    state: &AppState,
    access: &OverlayAccess,
    shell: &Shell,
    script: &Field,
    newer: Option<&str>,
) -> PageResult<Panel> {
    let overlay = &access.overlay;
    let room = crate::db::quotas::room(&state.db, overlay.owner_id).await?;
    let body = Body {
        shell,
        page: format!("/overlays/{}", overlay.id),
        script,
        seen: overlay.source_at.unwrap_or_default(),
        newer,
        may_change: access.standing.may(OverlayRight::Change),
        room: room.max.is_some().then(|| Room::words(room)),
    };
    Ok(Panel { acts: String::new(), body: body.render().map_err(anyhow::Error::from)? })
}
