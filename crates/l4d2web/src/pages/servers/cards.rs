//! The cards of all servers that a reader sees, from a few statements.

use super::card::{Card, CardBlueprint};
use super::played::Played;
use crate::db;
use crate::db::blueprints::{Blueprint, UsedOverlay};
use crate::db::server_list::Seen;
use crate::db::users::User;
use crate::host::shape::{State, Status};
use crate::pages::kit::Address;
use crate::play::Look;
use crate::servers::spec::{self, Spec};
use crate::servers::view::{Known, OpenJob, ServerView};
use crate::state::AppState;

/// What a server is made of: a blueprint, and its overlays.
type Recipe<'a> = (&'a Blueprint, &'a [UsedOverlay]);

/// Those that `user` may see, in the order of lists: what needs them, what runs, the rest, each by name. `host` is what players connect
/// to.
///
/// # Errors
///
/// When the database fails.
pub async fn cards(state: &AppState, user: &User, host: &str) -> db::Result<Vec<Card>> {
    let db = &state.db;
    let seen = db::server_list::visible(db, user.id, user.admin).await?;
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let jobs = db::server_list::open_jobs(db, None).await?;
    let recipes = db::server_list::recipes(db).await?;
    let names = db::overlays::names(db).await?;
    let now = state.clock.now();
    let sparks = state.board.sparks.of(db, &state.play, now).await?;
    let mut cards: Vec<_> = seen
        .into_iter()
        .map(|seen| {
            let (job, recipe) = (jobs.get(&seen.server.id), recipes.get(seen.server.blueprint_id));
            let look = state.play.of(seen.server.id);
            let spark = sparks.get(&seen.server.id).cloned();
            Card { spark, ..made(seen, job, recipe, look.as_deref(), &names, user, host, now) }
        })
        .collect();
    cards.sort_by_cached_key(|card| (card.view.rank, card.view.name.to_lowercase(), card.view.id));
    Ok(cards)
}

/// The card of a server, from its row and what belongs to it. `recipe` is what it is made of now: none when it was never started; `look` what is
/// known of it in the game.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a part of what a card shows, and comes from a statement of its own"
)]
pub(super) fn made(
    seen: Seen,
    job: Option<&OpenJob>,
    recipe: Option<Recipe<'_>>,
    look: Option<&Look>,
    names: &[(String, String)],
    user: &User,
    host: &str,
    now: i64,
) -> Card {
    let Seen { server, owner, blueprint, blueprint_open, standing } = seen;
    let status: Option<Status> = server.status.as_deref().and_then(|status| serde_json::from_str(status).ok());
    let up = status.as_ref().filter(|status| status.state == State::Running);
    let changes = up.and_then(|status| changes(&server, status, recipe, names)).unwrap_or_default();
    let known = Known { server: &server, status: status.as_ref(), job, changes: &changes, standing, now };
    Card {
        played: up.and(look).map(Played::of),
        spark: None,
        view: ServerView::of(&known),
        address: Address {
            host: host.to_owned(),
            port: status.as_ref().and_then(Status::joined_port).unwrap_or(server.port),
        },
        blueprint: CardBlueprint { id: server.blueprint_id, name: blueprint, open: blueprint_open },
        owner: (server.owner_id != user.id).then_some(owner),
        standing,
    }
}

/// What a restart would apply; none when it was never started.
fn changes(
    server: &db::servers::Server,
    status: &Status,
    recipe: Option<Recipe<'_>>,
    names: &[(String, String)],
) -> Option<Vec<String>> {
    let then = server.started_spec.as_deref()?;
    let (blueprint, overlays) = recipe?;
    let now = spec::of(server, blueprint, overlays);
    let name = |reference: &str| {
        let known = names.iter().find(|(known, _)| known == reference);
        known.map_or_else(|| reference.to_owned(), |(_, name)| name.clone())
    };
    // Most often nothing has changed, which is told without reading what was.
    let mut changes = if now.render() == then { Vec::new() } else { spec::changes(&Spec::parse(then)?, &now, name) };
    if status.stale {
        changes.extend(spec::newer_layers(status, name));
    }
    changes.extend(spec::unnamed(&changes, status));
    Some(changes)
}
