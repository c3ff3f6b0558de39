//! The card of one server, from the database.

use super::card::Card;
use super::cards::made;
use crate::db;
use crate::db::server_list::Seen;
use crate::db::servers::Server;
use crate::db::users::User;
use crate::rights::Standing;
use crate::state::AppState;

/// What `user` is shown of a server. `host` is what players connect to.
///
/// # Errors
///
/// When the database fails.
pub async fn card(state: &AppState, server: &Server, standing: Standing, user: &User, host: &str) -> db::Result<Card> {
    let db = &state.db;
    let blueprint = db::blueprints::find(db, server.blueprint_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let overlays = db::blueprints::overlays(db, blueprint.id).await?;
    let owner = db::users::find(db, server.owner_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let seen = Seen {
        server: server.clone(),
        owner: owner.name,
        blueprint: blueprint.name.clone(),
        blueprint_open: blueprint.shared || blueprint.owner_id == user.id || user.admin,
        standing,
    };
    let jobs = db::server_list::open_jobs(db, Some(server.id)).await?;
    let names = db::overlays::names(db).await?;
    let look = state.play.of(server.id);
    let recipe = Some((&blueprint, overlays.as_slice()));
    Ok(made(seen, jobs.get(&server.id), recipe, look.as_deref(), &names, user, host, state.clock.now()))
}
