use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::act::once;
use super::at::At;
use super::frame::{Frame, ServerTab};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, go, refuse};
use crate::queue::{Kind, Work};
use crate::servers::view::Act;

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
pub async fn delete(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (typed, name) = (Fields(&sent).get("name"), &at.server.name);
    if typed.trim() != name {
        let shown: String = typed.trim().chars().take(128).collect();
        let error = if shown.is_empty() {
            format!("Nothing was typed. The name is “{name}”.")
        } else {
            format!("That is “{shown}”. The name is “{name}”.")
        };
        let typed = Field::new("name", typed).refused(error);
        let frame = at.frame(ServerTab::Settings).await?;
        let (shell, status) = (at.shell, StatusCode::UNPROCESSABLE_ENTITY);
        return Ok(if shell.fragment {
            (status, DeleteForm { shell, frame, typed }).into_response()
        } else {
            (status, DeletePage { shell, frame, typed }).into_response()
        });
    }
    if let Act::Cannot(why) = once(&at.view().await?, Kind::Delete) {
        return Err(PageError::Conflict(why));
    }
    at.state.queue.enqueue(Work::Delete(at.server.id), Some(at.user.id)).await.map_err(refuse)?;
    Ok(go(&at.shell, "/servers"))
}
