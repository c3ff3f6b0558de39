use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::list::{ListPage, NewBlueprint};
use crate::blueprints::{Stack, parse_name};
use crate::db;
use crate::db::blueprints::Draft;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "blueprints/new_form.html")]
struct NewForm {
    shell: Shell,
    new: NewBlueprint,
}

/// Makes an empty blueprint and leads to its page.
pub async fn create(State(state): State<AppState>, me: LoggedIn, shell: Shell, Form(sent): Form<Sent>) -> PageResult {
    let me = me.session.user.id;
    let typed = Fields(&sent).get("name");
    let refusal = match parse_name(typed) {
        Ok(name) => {
            let draft = Draft { name: &name, arguments: "", config: "", stack: &Stack::default() };
            match db::blueprints::insert(&state.db, me, draft, state.clock.now()).await {
                Err(error) if db::is_duplicate(&error) => taken(&name),
                made => {
                    let id = made?;
                    state.bus.send(Change::Blueprint(id));
                    return Ok(go(&shell, &format!("/blueprints/{id}")));
                }
            }
        }
        Err(refusal) => refusal,
    };
    let new = NewBlueprint { open: true, name: Field::new("name", typed).refused(refusal) };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if shell.fragment {
        return Ok((status, NewForm { shell, new }).into_response());
    }
    let mut page = ListPage::load(&state, shell, me).await?;
    page.new = new;
    Ok((status, page).into_response())
}

/// Why a name is not taken that its owner has given already.
pub(super) fn taken(name: &str) -> String {
    format!("You have a blueprint named “{name}” already. Take another name.")
}
