use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::list::{ListPage, NewOverlay};
use crate::blueprints::parse_name;
use crate::db;
use crate::host::Of;
use crate::id::{OverlayId, UserId};
use crate::live::Change;
use crate::maps::Collection;
use crate::overlays::{Kind, parse_reference};
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::sentence;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/new_form.html")]
struct NewForm {
    shell: Shell,
    new: NewOverlay,
}

/// Makes an overlay and leads to its page: one that left4me builds, or a plain directory that an admin keeps below `overlays/`.
pub async fn create(State(state): State<AppState>, me: LoggedIn, shell: Shell, Form(sent): Form<Sent>) -> PageResult {
    let (fields, user) = (Fields(&sent), &me.session.user);
    let mut new = NewOverlay::empty(&state, user.admin);
    new.open = true;
    fields.get("name").clone_into(&mut new.name.value);
    fields.get("kind").clone_into(&mut new.kind.value);
    fields.get("reference").clone_into(&mut new.reference.value);
    fields.get("collection").clone_into(&mut new.collection.value);
    new.shared = fields.has("shared");
    let kind = Kind::of_word(&new.kind.value);
    if !user.admin && (new.shared || kind.is_some_and(Kind::is_for_admins)) {
        return Err(PageError::Forbidden("Only admins make overlays for everybody. Make one for yourself.".to_owned()));
    }
    let name = parse_name(&new.name.value).map_err(|error| new.name.error = Some(error)).ok();
    let made = match (name, kind) {
        (Some(name), Some(Kind::Directory)) => make_directory(&state, user.id, &name, &mut new).await?,
        (Some(name), Some(Kind::Maps)) => make_collection(&state, &name, &mut new).await?,
        (Some(name), Some(kind)) => {
            let owner = (!new.shared && !kind.is_for_admins()).then_some(user.id);
            make(&state, owner, &name, kind, &mut new).await?
        }
        (_, None) => {
            new.kind.error = Some("Choose one of these.".to_owned());
            None
        }
        (None, Some(_)) => None,
    };
    if let Some(id) = made {
        state.bus.send(Change::Overlay(id));
        return Ok(go(&shell, &format!("/overlays/{id}")));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if shell.fragment {
        return Ok((status, NewForm { shell, new }).into_response());
    }
    let mut page = ListPage::load(&state, shell, user).await?;
    page.new = new;
    Ok((status, page).into_response())
}

/// One that left4me builds; none, and the reason in the form, when its name is taken.
async fn make(
    state: &AppState,
    owner: Option<UserId>,
    name: &str,
    kind: Kind,
    new: &mut NewOverlay,
) -> PageResult<Option<OverlayId>> {
    match db::overlays::insert(&state.db, owner, name, kind, state.clock.now()).await {
        Err(error) if db::is_duplicate(&error) => {
            new.name.error = Some(taken(name, owner));
            Ok(None)
        }
        made => Ok(Some(made?)),
    }
}

/// The overlay of a collection, for everybody; none, and the reason in the form, when it cannot be made.
async fn make_collection(state: &AppState, name: &str, new: &mut NewOverlay) -> PageResult<Option<OverlayId>> {
    let Some(collection) = Collection::of_word(&new.collection.value) else {
        new.collection.error = Some("Choose one of these.".to_owned());
        return Ok(None);
    };
    match db::collections::insert(&state.db, name, collection, state.clock.now()).await {
        Err(error) if db::is_duplicate(&error) => {
            let known = db::collections::all(&state.db).await?;
            let known = known.iter().find(|known| known.source == collection);
            let overlay = match known {
                Some(known) => db::overlays::find(&state.db, known.overlay_id).await?,
                None => None,
            };
            match overlay {
                Some(overlay) => {
                    let title = collection.title();
                    new.collection.error =
                        Some(format!("“{}” has the maps of {title} already. Use that one.", overlay.name));
                }
                None => new.name.error = Some(taken(name, None)),
            }
            Ok(None)
        }
        made => Ok(Some(made?)),
    }
}

/// A plain directory that an admin keeps, which everybody may use; none, and the reason in the form, when it cannot be registered.
async fn make_directory(
    state: &AppState,
    admin: UserId,
    name: &str,
    new: &mut NewOverlay,
) -> PageResult<Option<OverlayId>> {
    let reference = match parse_reference(&new.reference.value) {
        Ok(reference) => reference,
        Err(error) => {
            new.reference.error = Some(error);
            return Ok(None);
        }
    };
    if let Err(error) = is_there(state, admin, &reference).await {
        new.reference.error = Some(error);
        return Ok(None);
    }
    match db::overlays::insert_directory(&state.db, name, &reference, state.clock.now()).await {
        Err(error) if db::is_duplicate(&error) => {
            let known = db::overlays::names(&state.db).await?;
            match known.iter().find(|(known, _)| *known == reference) {
                Some((_, owner)) => {
                    new.reference.error = Some(format!("“{reference}” is registered already, as “{owner}”."));
                }
                None => new.name.error = Some(taken(name, None)),
            }
            Ok(None)
        }
        made => Ok(Some(made?)),
    }
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

/// Why a name is not taken that its owner, or everybody (none), has for another overlay.
pub(super) fn taken(name: &str, owner: Option<UserId>) -> String {
    match owner {
        Some(_) => format!("You have an overlay named “{name}” already. Take another name."),
        None => format!("There is an overlay for everybody named “{name}” already. Take another name."),
    }
}
