use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::edit::text;
use super::place::Place;
use super::{changed, of_files, page, refused, room, with_store};
use crate::db::overlays::Overlay;
use crate::files::store::Expected;
use crate::files::{FilePath, FilesError};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{Nav, PageResult, Shell, go};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// A file that is not there yet.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/files/new.html")]
struct NewPage {
    shell: Shell,
    overlay: Overlay,
    page: String,
    path: Field,
    text: Field,
}

/// Shows the form.
pub async fn new(Extension(access): Extension<OverlayAccess>, RawQuery(query): RawQuery, shell: Shell) -> PageResult {
    let id = of_files(&access)?;
    let Place { path, .. } = Place::of_query(query.as_deref())?;
    let path = if path.is_top() { "left4dead2/cfg/".to_owned() } else { format!("{path}/") };
    let (path, text) = (Field::new("path", path), Field::new("text", ""));
    Ok(NewPage { shell: shell.at(Nav::Overlays), overlay: access.overlay, page: page(id), path, text }.into_response())
}

/// Makes it, and opens it in the editor.
pub async fn create(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (id, fields) = (of_files(&access)?, Fields(&sent));
    let (typed, text) = (fields.get("path").trim(), text(fields));
    let _claim = room::claim(&state, id, text.len()).await?;
    let saved = match FilePath::parse_below(typed).map_err(FilesError::Path) {
        Ok(path) => {
            let (own, content) = (path.clone(), text.clone());
            let saved = with_store(&state, id, move |store| store.save(&own, &content, &Expected::Nothing)).await?;
            saved.map(|_| path)
        }
        Err(error) => Err(error),
    };
    let (path, text) = match saved {
        Ok(path) => {
            changed(&state, id).await?;
            return Ok(go(&shell, &format!("{}/edit?path={}", page(id), path.encoded())));
        }
        Err(error @ FilesError::Io { .. }) => return Err(refused(error)),
        Err(FilesError::LongText(_)) => {
            let long = FilesError::LongText(text.len()).to_string();
            (Field::new("path", typed), Field::new("text", text).refused(long))
        }
        Err(FilesError::Taken(path)) => {
            let taken = format!("“{path}” is here already. Take another name, or edit that one.");
            (Field::new("path", typed).refused(taken), Field::new("text", text))
        }
        Err(error) => (Field::new("path", typed).refused(error.to_string()), Field::new("text", text)),
    };
    let again = NewPage { shell: shell.at(Nav::Overlays), overlay: access.overlay, page: page(id), path, text };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
}
