use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::act::{look, once, refused};
use super::frame::{Frame, ServerTab, public_host};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::queue::Work;
use crate::routes::{LoggedIn, ServerAccess};
use crate::servers::view::{Act, Verb};
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "servers/delete_form.html")]
struct DeleteForm {
    shell: Shell,
    frame: Frame,
    typed: Field,
}

/// The form on a page of its own, for browsers without scripts.
#[derive(Template, WebTemplate)]
#[template(path = "servers/delete.html")]
struct DeletePage {
    shell: Shell,
    frame: Frame,
    typed: Field,
}

/// Asks that a server is deleted, when its name was typed.
pub async fn delete(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (typed, name) = (Fields(&sent).get("name"), &access.server.name);
    if typed.trim() != name {
        let shown: String = typed.trim().chars().take(128).collect();
        let error = if shown.is_empty() {
            format!("Nothing was typed. The name is “{name}”.")
        } else {
            format!("That is “{shown}”. The name is “{name}”.")
        };
        let typed = Field::new("name", typed).refused(error);
        let host = public_host(&state, &headers);
        let user = &me.session.user;
        let frame = Frame::load(&state, &access.server, access.standing, user, ServerTab::Settings, &host).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(if shell.fragment {
            (status, DeleteForm { shell, frame, typed }).into_response()
        } else {
            (status, DeletePage { shell, frame, typed }).into_response()
        });
    }
    if let Act::Cannot(why) = once(&look(&state, &access, &me, &headers).await?, Verb::Delete) {
        return Err(PageError::Conflict(why));
    }
    state.queue.enqueue(Work::Delete(access.server.id), Some(me.session.user.id)).await.map_err(refused)?;
    Ok(go(&shell, "/servers"))
}
