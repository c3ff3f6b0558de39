use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::list::{ListPage, NewDirectory};
use crate::blueprints::parse_name;
use crate::db;
use crate::host::Of;
use crate::id::UserId;
use crate::live::Change;
use crate::overlays::parse_reference;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::sentence;
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
        new.reference.error = is_there(&state, me.session.user.id, &reference).await.err();
        if new.reference.error.is_none() && store(&state, &name, &reference, &mut new).await? {
            return Ok(go(&shell, "/overlays"));
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

/// Asks the host for the directory; the error is a sentence that says what is in its place.
async fn is_there(state: &AppState, user: UserId, reference: &str) -> Result<(), String> {
    let path = state.config.root.join("overlays").join(reference);
    let path = path.display();
    match state.host.asked_by(user).files(Of::Overlay(reference.to_owned()), "", 0, 1).await {
        // What it has no layer of cannot be opened; why is a warning.
        Ok(listing) if listing.layers.is_empty() => {
            Err(format!("{path} cannot be read. {}", sentence(&listing.warnings.join("; "))))
        }
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(66) => {
            Err(format!("There is no {path} on the machine. Make the directory first, then register it."))
        }
        Err(error) if error.code() == Some(65) => {
            Err(format!("{path} is no directory, or leads through a link. Take a directory that really lies there."))
        }
        Err(error) => Err(format!(
            "The host does not say whether {path} is there, so it is not registered. {}",
            sentence(&error.words())
        )),
    }
}

/// Stores it, or says in the form who has its name or its directory already.
async fn store(state: &AppState, name: &str, reference: &str, new: &mut NewDirectory) -> PageResult<bool> {
    match db::overlays::insert_directory(&state.db, name, reference, state.clock.now()).await {
        Err(error) if db::is_duplicate(&error) => {
            let taken = db::overlays::names(&state.db).await?;
            match taken.iter().find(|(known, _)| *known == reference) {
                Some((_, owner)) => {
                    new.reference.error = Some(format!("“{reference}” is registered already, as “{owner}”."));
                }
                None => {
                    new.name.error = Some(format!("There is an overlay named “{name}” already. Take another name."));
                }
            }
            Ok(false)
        }
        made => {
            state.bus.send(Change::Overlay(made?));
            Ok(true)
        }
    }
}
