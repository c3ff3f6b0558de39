use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::list::{ListPage, NewDirectory};
use crate::blueprints::parse_name;
use crate::db;
use crate::live::Change;
use crate::overlays::parse_reference;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/new_form.html")]
struct NewForm {
    shell: Shell,
    place: String,
    new: NewDirectory,
}

/// Registers a plain directory that an admin keeps below `overlays/`.
pub async fn create(State(state): State<AppState>, me: LoggedIn, shell: Shell, Form(sent): Form<Sent>) -> PageResult {
    let fields = Fields(&sent);
    let mut new = NewDirectory::empty();
    new.open = true;
    fields.get("name").clone_into(&mut new.name.value);
    fields.get("reference").clone_into(&mut new.reference.value);
    let name = parse_name(&new.name.value).map_err(|error| new.name.error = Some(error)).ok();
    let reference = parse_reference(&new.reference.value).map_err(|error| new.reference.error = Some(error)).ok();
    if let (Some(name), Some(reference)) = (name, reference) {
        match db::overlays::insert_directory(&state.db, &name, &reference, state.clock.now()).await {
            Err(error) if db::is_duplicate(&error) => {
                let taken = db::overlays::names(&state.db).await?;
                match taken.iter().find(|(known, _)| *known == reference) {
                    Some((_, owner)) => {
                        new.reference.error = Some(format!("“{reference}” is registered already, as “{owner}”."));
                    }
                    None => {
                        new.name.error =
                            Some(format!("There is an overlay named “{name}” already. Take another name."));
                    }
                }
            }
            made => {
                state.bus.send(Change::Overlay(made?));
                return Ok(go(&shell, "/overlays"));
            }
        }
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if shell.fragment {
        let place = state.config.root.join("overlays").display().to_string();
        return Ok((status, NewForm { shell, place, new }).into_response());
    }
    let mut page = ListPage::load(&state, shell, me.session.user.id).await?;
    page.new = new;
    Ok((status, page).into_response())
}
