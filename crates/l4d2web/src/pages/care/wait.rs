//! Asking for a restart when nobody plays, and taking back what waits.

use axum::Form;

use crate::care::take_back;
use crate::db::jobs;
use crate::db::waiting_restarts::{self, Deed, Reason};
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
    let new = waiting_restarts::put(&mut tx, id, (Deed::Restart, Reason::Asked), Some(at.user.id), None, now).await?;
    let waits = waiting_restarts::deed(&mut tx, id).await?;
    tx.commit().await?;
    state.bus.send(Change::Server(id));
    let words = match waits {
        _ if new => format!("{} restarts when nobody plays.", view.name),
        Some((Deed::Stop, _)) => "It is about to stop, so that it does not restart.".to_owned(),
        _ => "A restart waits already.".to_owned(),
    };
    Ok(back(&at, &sent, words))
}

/// Takes it back.
pub async fn keep_running(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (state, id) = (&at.state, at.server.id);
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    let Some(deed) = take_back(&mut tx, id).await? else {
        return Err(PageError::Conflict("No restart of it waits any more. There is nothing to cancel.".to_owned()));
    };
    tx.commit().await?;
    // It may have become a job a moment ago.
    if let Some(job) = jobs::open_with_care(&state.db, id).await? {
        match state.queue.cancel(job, Some(at.user.id)).await {
            Ok(_) | Err(QueueError::Over(_)) => {}
            Err(error) => return Err(crate::pages::refuse(error)),
        }
    }
    state.bus.send(Change::Server(id));
    let words = if deed == Deed::Stop { "It runs on." } else { "It does not restart." };
    Ok(back(&at, &sent, words.to_owned()))
}

fn back(at: &At, sent: &Sent, words: String) -> axum::response::Response {
    let to = match Fields(sent).get("back") {
        "list" => "/servers".to_owned(),
        _ => format!("/servers/{}", at.server.id),
    };
    went(&at.shell, &to, &Toast::words(words))
}
