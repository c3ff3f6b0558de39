use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};

use super::opened;
use crate::host::{HostError, Of};
use crate::id::ServerId;
use crate::pages::attachment::attachment;
use crate::pages::{PageError, PageResult};
use crate::public::{ADDONS, OfferError, Pace, Part, Visit, Vpk, part};
use crate::routes::Visitor;
use crate::state::AppState;

/// A .vpk file that the server's page offers, or the part of it that a header `Range` asks for.
pub async fn file(
    State(state): State<AppState>,
    Path((id, name)): Path<(ServerId, String)>,
    Extension(visitor): Extension<Visitor>,
    method: Method,
    headers: HeaderMap,
) -> PageResult {
    state.public.guests.download(visitor.address).map_err(|many| PageError::TooMany(many.sentence()))?;
    let (_, opening) = opened(&state, id).await?;
    let offer = state.public.offers.of(id).await.map_err(refused)?;
    let file = offer.files.iter().find(|file| opening.files && file.name == name).ok_or(PageError::NotFound)?;
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let tag = file.tag();
    if said(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // Who has pieces of another version gets this one from its beginning.
    let range = said(header::RANGE).filter(|_| said(header::IF_RANGE).is_none_or(|known| known == tag));
    let (first, length, status) = match part(range, file.size) {
        Part::Whole => (0, file.size, StatusCode::OK),
        Part::Bytes(first, length) => (first, length, StatusCode::PARTIAL_CONTENT),
        Part::None => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{}", file.size))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, all).into_response());
        }
    };
    let body = if method == Method::HEAD || length == 0 {
        Body::empty()
    } else {
        let busy = || PageError::TooMuch("You fetch two files from here already. Wait for one to end.".to_owned());
        let visit = state.public.guests.admit(visitor.address).ok_or_else(busy)?;
        let path = format!("{ADDONS}/{name}");
        let asked = state.host.asked_by_strangers();
        let content = asked.cat_from(Of::Server(id), path, first).await.map_err(|error| refused(error.into()))?;
        Body::from_stream(paced(content, length, state.public.pace.clone(), visit))
    };
    Ok(answer(file, (first, length), status, body))
}

fn answer(file: &Vpk, (first, length): (u64, u64), status: StatusCode, body: Body) -> Response {
    let headers = [
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, file.tag()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    let mut response = (status, headers, attachment(&file.name, "application/octet-stream"), body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{}", first + length - 1, file.size);
        if let Ok(range) = range.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
    }
    response
}

/// The first `length` bytes of the content, no faster than is good for the games. The host's file may have become longer or shorter
/// meanwhile; a shorter one ends the connection, by which its reader knows.
fn paced<S>(content: S, length: u64, pace: Pace, visit: Visit) -> impl Stream<Item = std::io::Result<Bytes>>
where
    S: Stream<Item = std::io::Result<Bytes>> + Unpin,
{
    stream::unfold((content, length, pace, visit), |(mut content, left, pace, visit)| async move {
        if left == 0 {
            return None;
        }
        let piece = match content.next().await? {
            Ok(mut piece) => {
                piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                pace.wait(piece.len()).await;
                Ok(piece)
            }
            Err(error) => Err(error),
        };
        let left = piece.as_ref().map_or(0, |piece| left - piece.len() as u64);
        Some((piece, (content, left, pace, visit)))
    })
}

fn refused(error: OfferError) -> PageError {
    match error {
        OfferError::Host(HostError::Busy(_)) => {
            PageError::Busy("Others are fetching files just now. Try again in a while.".to_owned())
        }
        OfferError::Host(error) if matches!(error.code(), Some(65 | 66)) => PageError::NotFound,
        OfferError::Host(error) => {
            tracing::warn!(%error, "a file cannot be handed out");
            PageError::Unavailable("The file cannot be read just now. Try again in a while.".to_owned())
        }
        OfferError::Again => {
            PageError::Unavailable("The file cannot be read just now. Try again in a while.".to_owned())
        }
        OfferError::Db(error) => error.into(),
    }
}
