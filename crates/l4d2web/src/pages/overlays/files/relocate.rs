use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form, Json};
use serde_json::json;

use super::entry::EntryPage;
use super::place::parse;
use super::{changed, of_files, page, refused, with_store};
use crate::files::{FilePath, FilesError, OnTaken};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageResult, Shell, go};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// Renames or moves a file or folder. When the name is taken, a script is asked (409), and the form is shown again.
pub async fn relocate(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (id, fields) = (of_files(&access)?, Fields(&sent));
    let from = parse(fields.get("from"))?;
    let (typed, on_taken) = (fields.get("to"), OnTaken::parse(fields.get("on_taken")));
    let to = FilePath::parse_below(typed.trim().trim_end_matches('/')).map_err(FilesError::Path);
    let moved = match to {
        Ok(to) => {
            let from = from.clone();
            with_store(&state, id, move |store| store.relocate(&from, &to, on_taken)).await?
        }
        Err(error) => Err(error),
    };
    match moved {
        Ok(placed) => {
            changed(&state, id).await?;
            if shell.fragment {
                return Ok(Json(json!({ "placed": placed.as_str() })).into_response());
            }
            Ok(go(&shell, &format!("{}/source?path={}", page(id), placed.parent().encoded())))
        }
        Err(error @ FilesError::Taken(_)) if shell.fragment => {
            Ok((StatusCode::CONFLICT, Json(json!({ "taken": true, "error": error.to_string() }))).into_response())
        }
        Err(error) if shell.fragment => Err(refused(error)),
        Err(error @ (FilesError::Missing(_) | FilesError::Io { .. })) => Err(refused(error)),
        Err(error) => {
            let status = if error.is_conflict() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            let mut again = EntryPage::load(&state, shell, &access, from).await?;
            again.to = Field::new("to", typed).refused(error.to_string());
            on_taken.word().clone_into(&mut again.on_taken);
            Ok((status, again).into_response())
        }
    }
}
