//! The pictures of items.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Shared;

/// A grey dot.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\xdach\0\0\0\x82\0\x81\xdaE\x08;\0\0\0\0IEND\xaeB`\x82";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\x80\x80\x80\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

pub(super) async fn picture(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    shared.note(format!("picture {id}"));
    let catalog = shared.catalog();
    let Some(item) = catalog.items.get(&id) else { return StatusCode::NOT_FOUND.into_response() };
    // Whatever it is, it is said to be a picture.
    let bytes = match item.picture.as_str() {
        "png" => PNG.to_vec(),
        "gif" => GIF.to_vec(),
        "jpeg" => b"\xff\xd8\xff\xe0 stand-in".to_vec(),
        "webp" => b"RIFF\x10\0\0\0WEBPVP8 stand-in".to_vec(),
        "svg" => b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec(),
        "html" => b"<!doctype html><script>alert(1)</script>".to_vec(),
        "large" => [PNG, &vec![0; 3 * 1024 * 1024]].concat(),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, "image/png")], bytes).into_response()
}
