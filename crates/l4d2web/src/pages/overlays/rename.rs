use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::create::taken;
use super::parts::Parts;
use super::show::OverlayPage;
use crate::blueprints::parse_name;
use crate::db;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/rename_form.html")]
struct RenameForm {
    shell: Shell,
    parts: Parts,
    new_name: Field,
}

/// Gives an overlay another name.
pub async fn rename(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (typed, id) = (Fields(&sent).get("name"), access.overlay.id);
    let refusal = match parse_name(typed) {
        Ok(name) => match db::overlays::rename(&state.db, id, &name, state.clock.now()).await {
            Err(error) if db::is_duplicate(&error) => taken(&name, access.overlay.owner_id),
            done => {
                if !done? {
                    return Err(PageError::NotFound);
                }
                state.bus.send(Change::Overlay(id));
                return Ok(go(&shell, &format!("/overlays/{id}")));
            }
        },
        Err(refusal) => refusal,
    };
    let (status, new_name) = (StatusCode::UNPROCESSABLE_ENTITY, Field::new("name", typed).refused(refusal));
    let user = &me.session.user;
    if shell.fragment {
        let parts = Parts::load(&state, &access, user).await?;
        return Ok((status, RenameForm { shell, parts, new_name }).into_response());
    }
    let mut page = OverlayPage::load(&state, shell, &access, user, None).await?;
    page.new_name = new_name;
    Ok((status, page).into_response())
}
