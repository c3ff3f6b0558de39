use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;

use crate::pages::{PageError, PageResult};
use crate::state::AppState;
use crate::steam::ItemId;
use crate::workshop::PictureError;

/// A picture of nothing, one pixel: a GIF.
const NOTHING: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// The picture of an item. In the place of one that cannot be had comes a picture of nothing, behind which the page shows that there is none.
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
            let headers = [
                (header::CONTENT_TYPE, "image/gif"),
                (header::CACHE_CONTROL, "private, max-age=600"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            Ok((headers, NOTHING).into_response())
        }
    }
}
