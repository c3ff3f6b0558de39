use axum::Form;

use crate::db;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::servers::At;
use crate::pages::{PageResult, go};
use crate::public::Opening;

/// Opens a server to everybody, or closes it.
pub async fn open(at: At, Form(sent): Form<Sent>) -> PageResult {
    let fields = Fields(&sent);
    let page = !fields.get("page").is_empty();
    // Files are handed out by the page: without one, there is nothing to hand out.
    let files = page && !fields.get("files").is_empty();
    db::public_pages::set(&at.state.db, at.server.id, Opening { page, files }).await?;
    if !page {
        at.state.public.offers.forget(at.server.id);
    }
    at.state.bus.send(Change::Server(at.server.id));
    Ok(go(&at.shell, &format!("/servers/{}/settings#public-panel", at.server.id)))
}
