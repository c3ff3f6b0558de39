use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::files::FilesError;
use crate::files::upload::{Phase, UploadError};
use crate::pages::PageError;

/// What is answered to a script whose wish is refused: the sentence, and what it needs to go on.
pub(super) fn answer(error: UploadError) -> Response {
    let said = error.to_string();
    match error {
        UploadError::Database(error) => PageError::from(error).into_response(),
        UploadError::Broken | UploadError::Disk(_) => PageError::Internal(error.into()).into_response(),
        UploadError::Gone => (StatusCode::NOT_FOUND, Json(json!({ "error": said }))).into_response(),
        UploadError::Place { received, .. } => {
            (StatusCode::CONFLICT, Json(json!({ "error": said, "received": received }))).into_response()
        }
        UploadError::Busy | UploadError::Unpacking | UploadError::Short { .. } => {
            (StatusCode::CONFLICT, Json(json!({ "error": said, "busy": true }))).into_response()
        }
        UploadError::Files(FilesError::Taken(_)) | UploadError::Taken { .. } => {
            (StatusCode::CONFLICT, Json(json!({ "error": said, "taken": true }))).into_response()
        }
        UploadError::DiskFull { .. } | UploadError::Files(FilesError::Full(_) | FilesError::DiskFull(_)) => {
            (StatusCode::INSUFFICIENT_STORAGE, Json(json!({ "error": said }))).into_response()
        }
        // Nobody reads it.
        UploadError::Lost => StatusCode::BAD_REQUEST.into_response(),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": said }))).into_response(),
    }
}

/// A line of the progress of an archive.
pub(in crate::pages::overlays::files) fn line(phase: &Phase) -> serde_json::Value {
    match phase {
        Phase::Waiting => json!({ "phase": "waiting" }),
        Phase::Unpacking(figures) => {
            let (done, of) = figures.now();
            json!({ "phase": "unpacking", "done": done, "of": of })
        }
        Phase::Merging => json!({ "phase": "merging" }),
        Phase::Done { files, kept } => json!({ "phase": "done", "files": files, "kept": kept }),
        Phase::Taken(why) => json!({ "phase": "taken", "error": why }),
        Phase::Failed { why, again } => json!({ "phase": "failed", "error": why, "again": again }),
    }
}

/// Waits for the last phase of an archive.
pub(in crate::pages::overlays::files) async fn settled(mut phase: tokio::sync::watch::Receiver<Phase>) -> Phase {
    match phase.wait_for(Phase::is_last).await {
        Ok(last) => last.clone(),
        Err(_) => Phase::Failed { why: "The unpacking broke down.".to_owned(), again: true },
    }
}
