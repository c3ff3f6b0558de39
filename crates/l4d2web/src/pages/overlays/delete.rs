use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::panel::{end, forget};
use super::parts::Parts;
use super::show::OverlayPage;
use crate::db;
use crate::host::HostError;
use crate::id::UserId;
use crate::live::{Change, plain};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// The exit code of `l4d2ctl` for something that is busy.
const BUSY: i32 = 75;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/delete_form.html")]
struct DeleteForm {
    shell: Shell,
    parts: Parts,
    typed: Field,
}

/// Deletes an overlay that no blueprint uses, when its name was typed: takes it away from the host, and then its row. Of a directory that an
/// admin keeps, the files stay.
pub async fn delete(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (typed, user) = (Fields(&sent).get("name"), &me.session.user);
    let overlay = &access.overlay;
    let parts = Parts::load(&state, &access, user).await?;
    if !parts.used.is_empty() {
        return Err(in_use(&parts));
    }
    if typed.trim() != overlay.name {
        let shown: String = typed.trim().chars().take(128).collect();
        let said = if shown.is_empty() { "Nothing was typed".to_owned() } else { format!("That is “{shown}”") };
        let typed = Field::new("name", typed).refused(format!("{said}. The name is “{}”.", overlay.name));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        if shell.fragment {
            return Ok((status, DeleteForm { shell, parts, typed }).into_response());
        }
        let mut page = OverlayPage::load(&state, shell, &access, user, None).await?;
        page.typed = typed;
        return Ok((status, page).into_response());
    }
    if let Some(job) = parts.stand.open() {
        return Err(PageError::Conflict(format!(
            "Job {job} builds “{}”. Cancel it or wait for it, then delete the overlay.",
            overlay.name
        )));
    }
    if overlay.kind.is_built() {
        take_away(&state, user.id, &overlay.name, &overlay.reference).await?;
        end(&state, overlay).await?;
    }
    if !db::overlays::delete_unused(&state.db, overlay.id).await? {
        // A blueprint took it meanwhile: it is there still, and says that it has to be built.
        db::overlay_builds::set_gone(&state.db, overlay.id, state.clock.now()).await?;
        state.bus.send(Change::Overlay(overlay.id));
        return Err(in_use(&Parts::load(&state, &access, user).await?));
    }
    // Only now: what it is made of cannot be had again, should a blueprint have taken it meanwhile.
    if let Err(error) = forget(&state, overlay).await {
        tracing::error!(?error, overlay = overlay.id.0, "what a deleted overlay was made of could not be removed");
    }
    state.bus.send(Change::Overlay(overlay.id));
    tracing::info!(by = user.name, overlay = overlay.name, address = %me.address, "deleted an overlay");
    Ok(go(&shell, "/overlays"))
}

async fn take_away(state: &AppState, user: UserId, name: &str, reference: &str) -> PageResult<()> {
    state.host.asked_by(user).overlay_delete(reference).await.map_err(|error| match error.code() {
        Some(BUSY) => PageError::Conflict(format!(
            "A build of “{name}” is under way on the host. Wait for it to end, then delete the overlay."
        )),
        _ => match error {
            HostError::Busy(busy) => busy.into(),
            error => PageError::Unavailable(format!(
                "The host did not take “{name}” away, so it was not deleted: {}.",
                plain(&error.to_string())
            )),
        },
    })
}

fn in_use(parts: &Parts) -> PageError {
    PageError::Conflict(format!(
        "“{}” is in use by {}. Take it out there first.",
        parts.overlay.name,
        parts.used.words()
    ))
}
