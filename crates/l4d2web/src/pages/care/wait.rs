//! Asking for a restart when nobody plays, and taking that back.

use axum::Form;

use crate::care::newer_game;
use crate::db::waiting_restarts::{self, Reason};
use crate::db::{jobs, server_care};
use crate::host::shape::Status;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::servers::At;
use crate::pages::{PageError, PageResult, Toast, went};
use crate::queue::QueueError;
use crate::servers::view::Act;

/// Asks for it.
pub async fn restart_when_empty(at: At, Form(sent): Form<Sent>) -> PageResult {
    let view = at.view().await?;
    if let Act::Cannot(why) = view.acts.restart {
        return Err(PageError::Conflict(why));
    }
    let (state, id, now) = (&at.state, at.server.id, at.state.clock.now());
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    let new = waiting_restarts::put(&mut tx, id, Reason::Asked, Some(at.user.id), None, now).await?;
    tx.commit().await?;
    state.bus.send(Change::Server(id));
    let words =
        if new { format!("{} restarts when nobody plays.", view.name) } else { "A restart waits already.".to_owned() };
    Ok(back(&at, &sent, words))
}

/// Takes it back.
pub async fn keep_running(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (state, id) = (&at.state, at.server.id);
    let Some(restart) = waiting_restarts::list(&state.db, Some(id)).await?.pop() else {
        return Err(PageError::Conflict("No restart of it waits any more. There is nothing to cancel.".to_owned()));
    };
    // Else it would be wished for again at once.
    let status = at.server.status.as_deref().and_then(|status| serde_json::from_str::<Status>(status).ok());
    match (restart.reason, &status) {
        (Reason::Update, Some(status)) => {
            server_care::decline(&state.db, id, newer_game(status), None).await?;
        }
        (Reason::Uptime, Some(status)) => server_care::decline(&state.db, id, None, status.started_at).await?,
        _ => {}
    }
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    waiting_restarts::delete(&mut tx, id).await?;
    tx.commit().await?;
    // It may have become a job a moment ago.
    if let Some(job) = jobs::open_for_empty(&state.db, id).await? {
        match state.queue.cancel(job, Some(at.user.id)).await {
            Ok(_) | Err(QueueError::Over(_)) => {}
            Err(error) => return Err(crate::pages::refuse(error)),
        }
    }
    state.bus.send(Change::Server(id));
    Ok(back(&at, &sent, "It does not restart.".to_owned()))
}

fn back(at: &At, sent: &Sent, words: String) -> axum::response::Response {
    let to = match Fields(sent).get("back") {
        "list" => "/servers".to_owned(),
        _ => format!("/servers/{}", at.server.id),
    };
    went(&at.shell, &to, &Toast::words(words))
}
