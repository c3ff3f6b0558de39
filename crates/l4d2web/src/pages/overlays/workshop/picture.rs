use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;

use crate::pages::{PageError, PageResult};
use crate::state::AppState;
use crate::steam::ItemId;
use crate::workshop::PictureError;

/// The picture of an item. One that cannot be had is an empty answer, so that the page shows what stands behind it.
pub async fn picture(State(state): State<AppState>, Path(item): Path<i64>) -> PageResult {
    let item = ItemId::new(item).ok_or(PageError::NotFound)?;
    match state.workshop.picture(item).await {
        Ok(picture) => {
            let headers = [
                (header::CONTENT_TYPE, picture.kind),
                (header::CACHE_CONTROL, "private, max-age=86400"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            Ok((headers, picture.bytes).into_response())
        }
        Err(PictureError::None) => Err(PageError::NotFound),
        Err(error) => {
            tracing::info!(%item, %error, "there is no picture of an item");
            Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "private, max-age=600")]).into_response())
        }
    }
}
