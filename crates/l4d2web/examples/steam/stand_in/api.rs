//! The two calls of the API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Catalog, Item, Shared};

pub(super) async fn details(State(shared): State<Shared>, form: Bytes) -> Response {
    let (catalog, ids) = asked(&shared, "details", &form);
    if let Some(refused) = refused(&catalog) {
        return refused;
    }
    let entry = |id: &i64| match catalog.items.get(id) {
        Some(item) => entry(&shared, *id, item),
        // A collection is an item without a file.
        None if catalog.collections.contains_key(id) => {
            json!({"publishedfileid": id.to_string(), "result": 1, "consumer_app_id": 550, "title": "A collection", "file_url": "", "file_size": 0})
        }
        None => json!({"publishedfileid": id.to_string(), "result": 9}),
    };
    let entries: Vec<Value> = ids.iter().map(entry).collect();
    Json(json!({"response": {"result": 1, "resultcount": entries.len(), "publishedfiledetails": entries}}))
        .into_response()
}

pub(super) async fn collections(State(shared): State<Shared>, form: Bytes) -> Response {
    let (catalog, ids) = asked(&shared, "collections", &form);
    if let Some(refused) = refused(&catalog) {
        return refused;
    }
    let entry = |id: &i64| match catalog.collections.get(id) {
        None => json!({"publishedfileid": id.to_string(), "result": 9}),
        Some(children) => {
            let child = |(place, child): (usize, &super::Child)| json!({"publishedfileid": child.id.to_string(), "sortorder": place + 1, "filetype": if child.collection { 2 } else { 0 }});
            let children: Vec<Value> = children.iter().enumerate().map(child).collect();
            json!({"publishedfileid": id.to_string(), "result": 1, "children": children})
        }
    };
    let entries: Vec<Value> = ids.iter().map(entry).collect();
    Json(json!({"response": {"result": 1, "resultcount": entries.len(), "collectiondetails": entries}})).into_response()
}

fn asked(shared: &Shared, what: &str, form: &[u8]) -> (Catalog, Vec<i64>) {
    let fields = form_urlencoded::parse(form);
    let ids: Vec<i64> =
        fields.filter(|(name, _)| name.starts_with("publishedfileids")).filter_map(|(_, id)| id.parse().ok()).collect();
    shared.note(format!("{what} {}", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")));
    (shared.catalog(), ids)
}

fn refused(catalog: &Catalog) -> Option<Response> {
    if let Some(status) = catalog.api_status.and_then(|status| StatusCode::from_u16(status).ok()) {
        return Some(status.into_response());
    }
    catalog.api_garbage.then(|| "stand-in: no JSON".into_response())
}

fn entry(shared: &Shared, id: i64, item: &Item) -> Value {
    if item.result != 1 {
        return json!({"publishedfileid": id.to_string(), "result": item.result});
    }
    let bytes =
        item.orders.says_bytes.unwrap_or_else(|| i64::try_from(shared.made(id, item).len()).unwrap_or_default());
    let number = |number: i64| if item.orders.numbers_as_text { json!(number.to_string()) } else { json!(number) };
    let picture = if item.picture == "none" { String::new() } else { format!("{}/picture/{id}", shared.url) };
    json!({
        "publishedfileid": id.to_string(),
        "result": number(1),
        "creator_app_id": number(item.app),
        "consumer_app_id": number(item.app),
        "filename": format!("stand_in/{id}.vpk"),
        "file_size": number(bytes),
        "file_url": item.orders.says_url.clone().unwrap_or_else(|| format!("{}/file/{id}", shared.url)),
        "preview_url": picture,
        "title": item.title,
        "time_updated": number(item.updated),
        "banned": number(item.banned.into()),
        "tags": [{"tag": "Campaigns"}],
    })
}
