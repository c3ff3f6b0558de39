use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form, Json};
use serde_json::json;

use super::answer;
use crate::archive::Kind;
use crate::files::upload::{New, Stamp, UploadError};
use crate::files::{FilePath, FilesError, OnTaken};
use crate::pages::fields::{Fields, Sent};
use crate::pages::overlays::files::of_files;
use crate::pages::{PageError, PageResult};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// Takes note of a file that is about to come: its key, and how many bytes of it are here already.
pub async fn begin(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (overlay, fields) = (of_files(&access)?, Fields(&sent));
    let size = fields.get("size").parse();
    let size = size.map_err(|_| PageError::Unprocessable("The size of the file is missing.".to_owned()))?;
    let path = match FilePath::parse_below(fields.get("path")) {
        Ok(path) => path,
        Err(error) => return Ok(answer(UploadError::Files(FilesError::Path(error)))),
    };
    let kind = Kind::by_name(path.as_str());
    let unpack = fields.has("unpack") && kind.is_some();
    if unpack && kind == Some(Kind::Rar) {
        return Ok(answer(UploadError::Archive(crate::archive::ArchiveError::Rar)));
    }
    let new = New {
        overlay,
        user: me.session.user.id,
        path,
        size,
        stamp: Stamp::parse(fields.get("stamp")),
        unpack,
        on_taken: OnTaken::parse(fields.get("on_taken")),
    };
    Ok(match state.uploads.create(new).await {
        Ok((id, received)) => {
            (StatusCode::CREATED, Json(json!({ "id": id, "received": received, "unpack": unpack }))).into_response()
        }
        Err(error) => answer(error),
    })
}
