use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::db;
use crate::game::SteamId;
use crate::pages::servers::At;
use crate::pages::{PageError, PageResult};
use crate::play::profiles::AvatarError;

/// A picture of nothing, one pixel: a GIF.
const NOTHING: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// The picture of somebody who plays or played on this server. In the place of one that cannot be had comes a picture of nothing, behind which the
/// page shows a letter.
pub async fn avatar(at: At, Path((_, player)): Path<(i64, String)>) -> PageResult {
    let id = SteamId::parse(&player).map_err(|_| PageError::NotFound)?;
    if !db::player_sessions::was_on(&at.state.db, at.server.id, id).await? {
        return Err(PageError::NotFound);
    }
    match at.state.profiles.avatar(id).await {
        Ok(avatar) => Ok(picture(avatar.kind, "private, max-age=86400", avatar.bytes)),
        Err(AvatarError::None) => Err(PageError::NotFound),
        Err(AvatarError::Db(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, "there is no picture of a player");
            Ok(picture("image/gif", "private, max-age=600", NOTHING.to_vec()))
        }
    }
}

fn picture(kind: &'static str, keep: &'static str, bytes: Vec<u8>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, bytes).into_response()
}
