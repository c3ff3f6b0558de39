//! What the list of servers shows, in a few statements whatever their number.

use std::collections::HashMap;

use crate::db::blueprints::{Blueprint, UsedOverlay};
use crate::db::servers::{Desired, Server};
use crate::db::{Db, Result};
use crate::id::{BlueprintId, JobId, OverlayId, ServerId, UserId};
use crate::overlays::Kind;
use crate::rights::{Role, Standing};
use crate::servers::view::OpenJob;

/// A server with what stands beside it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The row.
    pub server: Server,
    /// The name of its owner.
    pub owner: String,
    /// The name of its blueprint.
    pub blueprint: String,
    /// Whether the reader may open its blueprint.
    pub blueprint_open: bool,
    /// How the reader stands to it.
    pub standing: Standing,
}

/// What servers are made of.
#[derive(Debug, Clone, Default)]
pub struct Recipes(HashMap<BlueprintId, (Blueprint, Vec<UsedOverlay>)>);

impl Recipes {
    /// A blueprint with its overlays.
    #[must_use]
    pub fn get(&self, id: BlueprintId) -> Option<(&Blueprint, &[UsedOverlay])> {
        self.0.get(&id).map(|(blueprint, overlays)| (blueprint, overlays.as_slice()))
    }
}

/// The servers that a reader may see.
pub async fn visible(db: &Db, user: UserId, admin: bool) -> Result<Vec<Seen>> {
    let rows = sqlx::query!(
        r#"SELECT s.id AS "id: ServerId", s.owner_id AS "owner_id: UserId", s.blueprint_id AS "blueprint_id: BlueprintId", s.name,
                  s.hostname, s.port AS "port: u16", s.desired AS "desired: Desired", s.started_spec, s.status, s.status_at,
                  s.last_error, s.drift_seen_at, s.crashed_at, s.crash, s.rcon_password, s.created_at, s.updated_at,
                  u.name AS owner, b.name AS blueprint, (b.shared = 1 OR b.owner_id = ?1 OR ?2) AS "blueprint_open!: bool",
                  g.role AS "role?: String"
           FROM servers s
           JOIN users u ON u.id = s.owner_id
           JOIN blueprints b ON b.id = s.blueprint_id
           LEFT JOIN server_grants g ON g.server_id = s.id AND g.user_id = ?1
           WHERE s.owner_id = ?1 OR g.role IS NOT NULL OR ?2"#,
        user,
        admin
    )
    .fetch_all(db.read())
    .await?;
    let seen = rows.into_iter().map(|row| Seen {
        standing: Standing {
            role: match row.role.as_deref() {
                _ if row.owner_id == user => Some(Role::Own),
                Some("manage") => Some(Role::Manage),
                Some(_) => Some(Role::Operate),
                None => None,
            },
            admin,
        },
        owner: row.owner,
        blueprint: row.blueprint,
        blueprint_open: row.blueprint_open,
        server: Server {
            id: row.id,
            owner_id: row.owner_id,
            blueprint_id: row.blueprint_id,
            name: row.name,
            hostname: row.hostname,
            port: row.port,
            rcon_password: row.rcon_password,
            desired: row.desired,
            started_spec: row.started_spec,
            status: row.status,
            status_at: row.status_at,
            last_error: row.last_error,
            drift_seen_at: row.drift_seen_at,
            crashed_at: row.crashed_at,
            crash: row.crash,
            created_at: row.created_at,
            updated_at: row.updated_at,
        },
    });
    Ok(seen.collect())
}

/// The job that is at each server: the one that runs, or else the one that begins next.
pub async fn open_jobs(db: &Db) -> Result<HashMap<ServerId, OpenJob>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: JobId", server_id AS "server_id!: ServerId", kind, state, created_at, started_at
           FROM jobs WHERE state IN ('queued', 'running', 'cancelling') AND server_id IS NOT NULL
           ORDER BY state <> 'queued', id DESC"#
    )
    .fetch_all(db.read())
    .await?;
    // The last that is put in stays: one that runs, the eldest of them.
    let jobs = rows.into_iter().filter_map(|row| {
        Some((row.server_id, OpenJob::of_row(row.id, &row.kind, &row.state, row.created_at, row.started_at)?))
    });
    Ok(jobs.collect())
}

/// What those servers are made of now that were started and should run.
pub async fn recipes(db: &Db) -> Result<Recipes> {
    let blueprints = sqlx::query_as!(
        Blueprint,
        r#"SELECT id AS "id: BlueprintId", owner_id AS "owner_id: UserId", name, arguments, config, shared AS "shared: bool",
                  created_at, updated_at
           FROM blueprints WHERE id IN (SELECT blueprint_id FROM servers WHERE started_spec IS NOT NULL)"#
    )
    .fetch_all(db.read())
    .await?;
    let mut recipes: HashMap<_, _> =
        blueprints.into_iter().map(|blueprint| (blueprint.id, (blueprint, Vec::new()))).collect();
    let overlays = sqlx::query!(
        r#"SELECT bo.blueprint_id AS "blueprint_id: BlueprintId", o.id AS "id: OverlayId", o.name, o.kind AS "kind: Kind", o.reference,
                  bo.expose_server_cfg AS "expose: bool", (o.built_at IS NOT NULL OR o.kind = 'directory') AS "there!: bool"
           FROM blueprint_overlays bo JOIN overlays o ON o.id = bo.overlay_id ORDER BY bo.blueprint_id, bo.position"#
    )
    .fetch_all(db.read())
    .await?;
    for row in overlays {
        if let Some((_, overlays)) = recipes.get_mut(&row.blueprint_id) {
            overlays.push(UsedOverlay {
                id: row.id,
                name: row.name,
                kind: row.kind,
                reference: row.reference,
                expose: row.expose,
                there: row.there,
            });
        }
    }
    Ok(Recipes(recipes))
}
