//! Start, stop, restart, reset, and taking what is as what should be: each asks the queue for a job.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Form};

use super::frame::public_host;
use super::load::card;
use crate::db;
use crate::id::BlueprintId;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Shell, Toast, went};
use crate::queue::{Enqueued, QueueError, Work, never_built};
use crate::rights::ServerRight;
use crate::routes::{LoggedIn, ServerAccess};
use crate::servers::view::{Act, ServerView, Stand, Verb};
use crate::state::AppState;

/// Asks for a start.
pub async fn start(
    state: State<AppState>,
    access: Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    form: Form<Sent>,
) -> PageResult {
    act(state.0, access.0, me, shell, &headers, &form, Verb::Start).await
}

/// Asks for a stop.
pub async fn stop(
    state: State<AppState>,
    access: Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    form: Form<Sent>,
) -> PageResult {
    act(state.0, access.0, me, shell, &headers, &form, Verb::Stop).await
}

/// Asks for a restart.
pub async fn restart(
    state: State<AppState>,
    access: Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    form: Form<Sent>,
) -> PageResult {
    act(state.0, access.0, me, shell, &headers, &form, Verb::Restart).await
}

/// Asks that what the game wrote is thrown away.
pub async fn reset(
    state: State<AppState>,
    access: Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    form: Form<Sent>,
) -> PageResult {
    act(state.0, access.0, me, shell, &headers, &form, Verb::Reset).await
}

/// Takes what a server is as what it should be: one that is down stays down, which takes the right to stop it; one that runs may run, which
/// takes the right to start it.
pub async fn accept(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let view = look(&state, &access, &me, &headers).await?;
    let (id, user) = (access.server.id, me.session.user.id);
    match (view.job, view.stand) {
        (Some(job), _) => {
            Err(PageError::Conflict(format!("Wait for job {}: it changes what “{}” does.", job.id, view.name)))
        }
        (None, Stand::Up) if !access.standing.may(ServerRight::Start) => {
            let who = "Only those can let it run whom its owner lets operate it.";
            Err(PageError::Forbidden(who.to_owned()))
        }
        (None, Stand::Up) => {
            db::servers::accept_running(&state.db, id, state.clock.now()).await?;
            state.bus.send(Change::Server(id));
            Ok(answer(&shell, Fields(&sent), &view, "It may run.", None))
        }
        // A stop, so that it does not come back with the machine.
        (None, Stand::Down | Stand::Failed) => {
            let job = state.queue.enqueue(Work::Stop(id), Some(user)).await.map_err(refused)?;
            Ok(answer(&shell, Fields(&sent), &view, &format!("{} stays stopped.", view.name), Some(job)))
        }
        (None, _) => {
            Err(PageError::Conflict(format!("“{}” is as it should be. There is nothing to accept.", view.name)))
        }
    }
}

async fn act(
    state: AppState,
    access: ServerAccess,
    me: LoggedIn,
    shell: Shell,
    headers: &HeaderMap,
    sent: &Sent,
    verb: Verb,
) -> PageResult {
    let view = look(&state, &access, &me, headers).await?;
    let id = access.server.id;
    let (work, act) = match verb {
        Verb::Start => (Work::Start(id), view.acts.start.clone()),
        Verb::Stop => (Work::Stop(id), view.acts.stop.clone()),
        Verb::Restart => (Work::Restart(id), view.acts.restart.clone()),
        Verb::Reset | Verb::Delete => (Work::Reset(id), once(&view, Verb::Reset)),
    };
    if let Act::Cannot(why) = act {
        return Err(PageError::Conflict(why));
    }
    if matches!(verb, Verb::Start | Verb::Restart)
        && let Some(why) = unbuilt(&state.db, access.server.blueprint_id).await?
    {
        return Err(PageError::Conflict(why));
    }
    let job = state.queue.enqueue(work, Some(me.session.user.id)).await.map_err(refused)?;
    let words = format!("{} {}.", verb.doing(), view.name);
    Ok(answer(&shell, Fields(sent), &view, &words, Some(job)))
}

/// Why a server of a blueprint cannot start as it is: an overlay was never built, and nothing is at it.
pub(super) async fn unbuilt(db: &db::Db, blueprint: BlueprintId) -> db::Result<Option<String>> {
    let unbuilt = db::overlay_builds::never_built(db, blueprint).await?;
    let names: Vec<String> =
        unbuilt.into_iter().filter(|overlay| !overlay.coming).map(|overlay| overlay.name).collect();
    Ok((!names.is_empty()).then(|| never_built(&names)))
}

/// What can be done at any time, but not twice at once, nor to what is being deleted.
pub(super) fn once(view: &ServerView, verb: Verb) -> Act {
    match view.job {
        Some(job) if job.verb == Verb::Delete => Act::Cannot(format!("Job {} deletes it already.", job.id)),
        Some(job) if job.verb == verb => Act::Cannot(format!("Job {} does that already.", job.id)),
        _ => Act::Can,
    }
}

/// The server as the one who asks sees it.
pub(super) async fn look(
    state: &AppState,
    access: &ServerAccess,
    me: &LoggedIn,
    headers: &HeaderMap,
) -> PageResult<ServerView> {
    let host = public_host(state, headers);
    Ok(card(state, &access.server, access.standing, &me.session.user, &host).await?.view)
}

/// Why the queue does not take it.
pub(super) fn refused(error: QueueError) -> PageError {
    match error {
        QueueError::NoServer => PageError::NotFound,
        QueueError::Database(error) => error.into(),
        error => PageError::Conflict(error.to_string()),
    }
}

/// A toast for a script; else back to where the button stands.
fn answer(shell: &Shell, fields: Fields<'_>, view: &ServerView, words: &str, job: Option<Enqueued>) -> Response {
    let to = match fields.get("back") {
        "list" => "/servers".to_owned(),
        _ => format!("/servers/{}", view.id),
    };
    let toast = Toast::words(words.to_owned());
    let toast = match job {
        Some(job) => toast.with(job),
        None => toast,
    };
    went(shell, &to, &toast)
}
