//! The files of items, with all that shall go wrong.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use super::{Orders, Shared};

/// How much is sent at once.
const PIECE: usize = 64 * 1024;

pub(super) async fn file(State(shared): State<Shared>, Path(id): Path<i64>, headers: HeaderMap) -> Response {
    answer(&shared, id, &headers, true)
}

/// The same file at the end of a redirect.
pub(super) async fn elsewhere(State(shared): State<Shared>, Path(id): Path<i64>, headers: HeaderMap) -> Response {
    answer(&shared, id, &headers, false)
}

fn answer(shared: &Shared, id: i64, headers: &HeaderMap, redirects: bool) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    shared.note(format!("file {id} {}", text(header::RANGE).unwrap_or("whole")));
    let catalog = shared.catalog();
    let Some(item) = catalog.items.get(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let orders = &item.orders;
    if let Some(status) = orders.status.and_then(|status| StatusCode::from_u16(status).ok())
        && shared.is_due(format!("status {id}"), orders.times)
    {
        return status.into_response();
    }
    if let Some(to) = orders.redirect.as_ref().filter(|_| redirects) {
        let to = if to == "elsewhere" { format!("/elsewhere/{id}") } else { to.clone() };
        return (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
    }
    let whole = shared.made(id, item);
    let tag = format!("\"{id}-{}\"", item.updated);
    let same = orders.no_if_range || text(header::IF_RANGE).is_none_or(|wanted| wanted == tag);
    let from = text(header::RANGE).filter(|_| same && !orders.no_ranges);
    let from = from.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let mut answer = Response::builder();
    if !orders.no_etag {
        answer = answer.header(header::ETAG, &tag);
    }
    if orders.packed {
        answer = answer.header(header::CONTENT_ENCODING, "gzip");
    }
    let body = match from {
        Some(from) if from >= whole.len() => return StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", whole.len() - 1, whole.len());
            answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
            whole.slice(from..)
        }
        None => whole,
    };
    let cut = orders.cut_after.filter(|_| shared.is_due(format!("cut {id}"), orders.times));
    let answer = answer.header(header::CONTENT_LENGTH, body.len()).body(sent(body, orders, cut));
    answer.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The bytes as they are sent.
fn sent(body: Bytes, orders: &Orders, cut: Option<usize>) -> Body {
    if cut.is_none() && orders.hold_after.is_none() && orders.drip.is_none() {
        return Body::from_stream(stream::unfold(body, |mut rest| async move {
            let piece = rest.split_to(rest.len().min(PIECE));
            (!piece.is_empty()).then_some((Ok::<_, Infallible>(piece), rest))
        }));
    }
    let (hold, drip) = (orders.hold_after, orders.drip);
    Body::from_stream(stream::unfold((body, 0usize), move |(mut rest, sent)| async move {
        if cut.is_some_and(|cut| sent >= cut) {
            // So that what was sent is on its way.
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Some((Err(io::Error::other("stand-in: cut")), (rest, sent)));
        }
        if hold.is_some_and(|hold| sent >= hold) {
            std::future::pending::<()>().await;
        }
        if drip.is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let most =
            [cut.map(|cut| cut - sent), hold.map(|hold| hold - sent), drip, Some(PIECE)].into_iter().flatten().min();
        let piece = rest.split_to(rest.len().min(most.unwrap_or(PIECE)));
        let sent = sent + piece.len();
        (!piece.is_empty()).then_some((Ok(piece), (rest, sent)))
    }))
}
