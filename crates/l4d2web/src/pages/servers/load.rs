//! The card of one server, from the database.

use super::card::{Card, CardBlueprint};
use crate::db::jobs::{Job, Whose};
use crate::db::servers::Server;
use crate::db::users::User;
use crate::db::{self, Db};
use crate::host::shape::Status;
use crate::pages::kit::Address;
use crate::queue::JobState;
use crate::rights::Standing;
use crate::servers::view::{Known, OpenJob, ServerView, Verb};
use crate::servers::{spec, spec::Spec};
use crate::state::AppState;

/// How many of the latest jobs are looked through for one that is not over.
const LATEST: u32 = 20;

/// What `user` is shown of a server. `host` is what players connect to.
///
/// # Errors
///
/// When the database fails.
pub async fn card(state: &AppState, server: &Server, standing: Standing, user: &User, host: &str) -> db::Result<Card> {
    let db = &state.db;
    let status: Option<Status> = server.status.as_deref().and_then(|status| serde_json::from_str(status).ok());
    let job = open_job(db, server).await?;
    let changes = changes(db, server, status.as_ref()).await?;
    let blueprint = db::blueprints::find(db, server.blueprint_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let owner = if server.owner_id == user.id {
        None
    } else {
        db::users::find(db, server.owner_id).await?.map(|owner| owner.name)
    };
    let now = state.clock.now();
    let known = Known { server, status: status.as_ref(), job: job.as_ref(), changes: &changes, standing, now };
    Ok(Card {
        view: ServerView::of(&known),
        address: Address {
            host: host.to_owned(),
            port: status.as_ref().and_then(Status::joined_port).unwrap_or(server.port),
        },
        blueprint: CardBlueprint {
            id: blueprint.id,
            open: blueprint.shared || blueprint.owner_id == user.id || user.admin,
            name: blueprint.name,
        },
        owner,
        standing,
    })
}

/// The job on it that runs, or else the one that begins next.
async fn open_job(db: &Db, server: &Server) -> db::Result<Option<OpenJob>> {
    let jobs = db::jobs::list(db, Whose::Server(server.id), None, LATEST).await?;
    let open: Vec<&Job> = jobs.iter().filter(|job| !job.state.is_over()).collect();
    let runs = open.iter().find(|job| job.state != JobState::Queued);
    let Some(job) = runs.or(open.last()) else { return Ok(None) };
    let verb = Verb::parse(job.kind.as_str());
    Ok(verb.map(|verb| OpenJob {
        id: job.id,
        verb,
        waits: job.state == JobState::Queued,
        cancelling: job.state == JobState::Cancelling,
        since: job.started_at.unwrap_or(job.created_at),
    }))
}

/// What a restart would apply, a clause each.
async fn changes(db: &Db, server: &Server, status: Option<&Status>) -> db::Result<Vec<String>> {
    let Some(then) = server.started_spec.as_deref().and_then(Spec::parse) else { return Ok(Vec::new()) };
    let now = spec::now(db, server).await?;
    let names = db::overlays::names(db).await?;
    let name = |reference: &str| {
        let known = names.iter().find(|(known, _)| known == reference);
        known.map_or_else(|| reference.to_owned(), |(_, name)| name.clone())
    };
    let mut changes = spec::changes(&then, &now, name);
    if let Some(status) = status {
        changes.extend(spec::newer_layers(status, name));
        changes.extend(spec::unnamed(&changes, status));
    }
    Ok(changes)
}
