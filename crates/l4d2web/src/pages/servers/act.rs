//! Start, stop, restart, reset, and taking what is as what should be: each asks the queue for a job.

use axum::Form;
use axum::response::Response;

use super::at::At;
use crate::db;
use crate::id::BlueprintId;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Toast, refuse, went};
use crate::queue::{Enqueued, Kind, Work, never_built};
use crate::rights::ServerRight;
use crate::servers::view::{Act, ServerView, Stand};

/// Asks for a start.
pub async fn start(at: At, Form(sent): Form<Sent>) -> PageResult {
    act(&at, &sent, Work::Start(at.server.id)).await
}

/// Asks for a stop.
pub async fn stop(at: At, Form(sent): Form<Sent>) -> PageResult {
    act(&at, &sent, Work::Stop(at.server.id)).await
}

/// Asks for a restart.
pub async fn restart(at: At, Form(sent): Form<Sent>) -> PageResult {
    act(&at, &sent, Work::Restart(at.server.id)).await
}

/// Asks that what the game wrote is thrown away.
pub async fn reset(at: At, Form(sent): Form<Sent>) -> PageResult {
    act(&at, &sent, Work::Reset(at.server.id)).await
}

/// Takes what a server is as what it should be: one that is down stays down, which takes the right to stop it; one that runs may run, which
/// takes the right to start it.
pub async fn accept(at: At, Form(sent): Form<Sent>) -> PageResult {
    let view = at.view().await?;
    let id = at.server.id;
    match (view.job, view.stand) {
        (Some(job), _) => {
            Err(PageError::Conflict(format!("Wait for job {}: it changes what “{}” does.", job.id, view.name)))
        }
        (None, Stand::Up) if !at.standing.may(ServerRight::Start) => {
            let who = "Only those can let it run whom its owner lets operate it.";
            Err(PageError::Forbidden(who.to_owned()))
        }
        (None, Stand::Up) => {
            db::servers::accept_running(&at.state.db, id, at.state.clock.now()).await?;
            at.state.bus.send(Change::Server(id));
            Ok(answer(&at, &sent, "It may run.", None))
        }
        // A stop, so that it does not come back with the machine.
        (None, Stand::Down | Stand::Failed) => {
            let job = at.state.queue.enqueue(Work::Stop(id), Some(at.user.id)).await.map_err(refuse)?;
            Ok(answer(&at, &sent, &format!("{} stays stopped.", view.name), Some(job)))
        }
        (None, _) => {
            Err(PageError::Conflict(format!("“{}” is as it should be. There is nothing to accept.", view.name)))
        }
    }
}

async fn act(at: &At, sent: &Sent, work: Work) -> PageResult {
    let (view, kind) = (at.view().await?, work.kind());
    let act = match kind {
        Kind::Start => view.acts.start.clone(),
        Kind::Stop => view.acts.stop.clone(),
        Kind::Restart => view.acts.restart.clone(),
        _ => once(&view, kind),
    };
    if let Act::Cannot(why) = act {
        return Err(PageError::Conflict(why));
    }
    if kind.is_up()
        && let Some(why) = unbuilt(&at.state.db, at.server.blueprint_id).await?
    {
        return Err(PageError::Conflict(why));
    }
    let job = at.state.queue.enqueue(work, Some(at.user.id)).await.map_err(refuse)?;
    Ok(answer(at, sent, &format!("{} {}.", kind.doing(), view.name), Some(job)))
}

/// Why a server of a blueprint cannot start as it is: an overlay was never built, and nothing is at it.
pub(super) async fn unbuilt(db: &db::Db, blueprint: BlueprintId) -> db::Result<Option<String>> {
    let unbuilt = db::overlay_builds::never_built(db, blueprint).await?;
    let names: Vec<String> =
        unbuilt.into_iter().filter(|overlay| !overlay.coming).map(|overlay| overlay.name).collect();
    Ok((!names.is_empty()).then(|| never_built(&names)))
}

/// What can be done at any time, but not twice at once, nor to what is being deleted.
pub(super) fn once(view: &ServerView, kind: Kind) -> Act {
    match view.job {
        Some(job) if job.kind == Kind::Delete => Act::Cannot(format!("Job {} deletes it already.", job.id)),
        Some(job) if job.kind == kind => Act::Cannot(format!("Job {} does that already.", job.id)),
        _ => Act::Can,
    }
}

/// A toast for a script; else back to where the button stands.
fn answer(at: &At, sent: &Sent, words: &str, job: Option<Enqueued>) -> Response {
    let to = match Fields(sent).get("back") {
        "list" => "/servers".to_owned(),
        _ => format!("/servers/{}", at.server.id),
    };
    let toast = Toast::words(words.to_owned());
    let toast = match job {
        Some(job) => toast.with(job),
        None => toast,
    };
    went(&at.shell, &to, &toast)
}
