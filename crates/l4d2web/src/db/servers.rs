//! The table `servers`.

use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;

use crate::config::PortRange;
use crate::db::{Db, Result, quotas};
use crate::id::{BlueprintId, ServerId, UserId};
use crate::rights::Role;
use crate::servers::{PortChoice, next_free};

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Key; as text its name for `l4d2ctl`.
    pub id: ServerId,
    /// Whose it is.
    pub owner_id: UserId,
    /// What it is made of.
    pub blueprint_id: BlueprintId,
    /// The name that people see.
    pub name: String,
    /// The name in the game; empty: the same.
    pub hostname: String,
    /// UDP and TCP.
    pub port: u16,
    /// Lets in whoever types commands.
    pub rcon_password: String,
    /// Whether it should run.
    pub desired: Desired,
    /// The spec of the last start.
    pub started_spec: Option<String>,
    /// The last answer of `l4d2ctl status`, JSON.
    pub status: Option<String>,
    /// When that was, Unix seconds.
    pub status_at: Option<i64>,
    /// Why the last job that changed its state failed.
    pub last_error: Option<String>,
    /// Since when its state is not the desired one, Unix seconds.
    pub drift_seen_at: Option<i64>,
    /// When it last ended badly while it should run and came back by itself, Unix seconds.
    pub crashed_at: Option<i64>,
    /// How: what follows "it".
    pub crash: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// What should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Desired {
    /// It should be down.
    Stopped,
    /// It should run.
    Running,
}

/// The server with this key.
pub async fn find(db: &Db, id: ServerId) -> Result<Option<Server>> {
    sqlx::query_as!(
        Server,
        r#"SELECT id AS "id: ServerId", owner_id AS "owner_id: UserId", blueprint_id AS "blueprint_id: BlueprintId", name, hostname,
                  port AS "port: u16", rcon_password, desired AS "desired: Desired", started_spec, status, status_at, last_error,
                  drift_seen_at, crashed_at, crash, created_at, updated_at
           FROM servers WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// The role of `user` on a server.
pub async fn role(db: &Db, server: &Server, user: UserId) -> Result<Option<Role>> {
    if server.owner_id == user {
        return Ok(Some(Role::Own));
    }
    let granted =
        sqlx::query_scalar!("SELECT role FROM server_grants WHERE server_id = ? AND user_id = ?", server.id, user)
            .fetch_optional(db.read())
            .await?;
    Ok(granted.map(|role| if role == "manage" { Role::Manage } else { Role::Operate }))
}

/// Notes that a server ended badly at `at` (Unix seconds) and is started again by systemd; `how` follows "it" (see
/// [`crate::servers::crash`]).
pub async fn note_crash(db: &Db, id: ServerId, how: &str, at: i64) -> Result<()> {
    sqlx::query!("UPDATE servers SET crashed_at = ?, crash = ? WHERE id = ?", at, how, id).execute(db.write()).await?;
    Ok(())
}

/// Whether a server runs, as the host said last.
pub async fn runs(db: &mut SqliteConnection, id: ServerId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT count(*) > 0 AS "runs!: bool" FROM servers
           WHERE id = ? AND CASE WHEN json_valid(status) THEN json_extract(status, '$.state') END = 'running'"#,
        id
    )
    .fetch_one(db)
    .await
}

/// What a form about a server holds.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// Name.
    pub name: &'a str,
    /// The name in the game; empty: the same.
    pub hostname: &'a str,
    /// What it is made of.
    pub blueprint: BlueprintId,
    /// Its port.
    pub port: PortChoice,
}

impl Server {
    /// A digest of what its settings are: a form says by it which ones it was made of.
    #[must_use]
    pub fn settings(&self) -> String {
        settings(&self.name, &self.hostname, self.blueprint_id, self.port)
    }
}

fn settings(name: &str, hostname: &str, blueprint: BlueprintId, port: u16) -> String {
    let digest = Sha256::digest(format!("{name}\n{hostname}\n{blueprint}\n{port}"));
    format!("{:016x}", digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte)))
}

/// What became of an attempt to store a [`Draft`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored.
    Yes(ServerId),
    /// Its owner has another server of that name.
    NameTaken,
    /// Another server has that port.
    PortTaken,
    /// All ports of the range are taken.
    Full,
    /// Its owner has so many servers, and may not have more.
    Quota(i64),
    /// It has other settings by now than those that were seen.
    Newer,
}

/// The ports that other servers than `but` have, or still run with, each once and in order. All of them for none.
pub async fn ports(db: &Db, but: Option<ServerId>) -> Result<Vec<u16>> {
    taken(&mut *db.read().acquire().await?, but.unwrap_or(ServerId(0))).await
}

async fn taken(db: &mut SqliteConnection, but: ServerId) -> Result<Vec<u16>> {
    sqlx::query_scalar!(
        r#"SELECT port AS "port!: u16" FROM servers WHERE id <> ?1
           UNION
           SELECT json_extract(said, '$.running_port')
           FROM (SELECT CASE WHEN json_valid(status) THEN status ELSE '{}' END AS said FROM servers WHERE id <> ?1)
           WHERE json_extract(said, '$.state') NOT IN ('stopped', 'failed') AND json_extract(said, '$.running_port') BETWEEN 1 AND 65535
           ORDER BY 1"#,
        but
    )
    .fetch_all(db)
    .await
}

/// Adds one. Nothing is stored unless the answer is [`Stored::Yes`]: names and ports are looked at and taken in one step.
pub async fn insert(
    db: &Db,
    owner: UserId,
    draft: Draft<'_>,
    range: PortRange,
    rcon_password: &str,
    now: i64,
) -> Result<Stored> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    if let Some(max) = quotas::servers_full(&mut tx, owner).await? {
        return Ok(Stored::Quota(max));
    }
    let port = match choose(&mut tx, owner, ServerId(0), draft, range).await? {
        Ok(port) => port,
        Err(refused) => return Ok(refused),
    };
    let id = sqlx::query_scalar!(
        r#"INSERT INTO servers (owner_id, blueprint_id, name, hostname, port, rcon_password, created_at, updated_at)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING id AS "id!: ServerId""#,
        owner,
        draft.blueprint,
        draft.name,
        draft.hostname,
        port,
        rcon_password,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Stored::Yes(id))
}

/// Stores other settings, in the same way, in place of those that were `seen` (see [`Server::settings`]); whoever has seen none replaces any.
pub async fn update(
    db: &Db,
    server: &Server,
    draft: Draft<'_>,
    seen: Option<&str>,
    range: PortRange,
    now: i64,
) -> Result<Stored> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let is = sqlx::query!(
        r#"SELECT name, hostname, blueprint_id AS "blueprint: BlueprintId", port AS "port: u16" FROM servers WHERE id = ?"#,
        server.id
    )
    .fetch_one(&mut *tx)
    .await?;
    if seen.is_some_and(|seen| seen != settings(&is.name, &is.hostname, is.blueprint, is.port)) {
        return Ok(Stored::Newer);
    }
    let port = match choose(&mut tx, server.owner_id, server.id, draft, range).await? {
        Ok(port) => port,
        Err(refused) => return Ok(refused),
    };
    sqlx::query!(
        "UPDATE servers SET name = ?, hostname = ?, blueprint_id = ?, port = ?, updated_at = ? WHERE id = ?",
        draft.name,
        draft.hostname,
        draft.blueprint,
        port,
        now,
        server.id
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Stored::Yes(server.id))
}

/// The port for `draft`, or why it is not stored. Servers other than `id` are looked at.
async fn choose(
    tx: &mut SqliteConnection,
    owner: UserId,
    id: ServerId,
    draft: Draft<'_>,
    range: PortRange,
) -> Result<std::result::Result<u16, Stored>> {
    let named = sqlx::query_scalar!(
        "SELECT count(*) FROM servers WHERE owner_id = ? AND name = ? AND id <> ?",
        owner,
        draft.name,
        id
    )
    .fetch_one(&mut *tx)
    .await?;
    if named > 0 {
        return Ok(Err(Stored::NameTaken));
    }
    let taken = taken(tx, id).await?;
    Ok(match draft.port {
        PortChoice::This(port) if taken.contains(&port) => Err(Stored::PortTaken),
        PortChoice::This(port) => Ok(port),
        PortChoice::Any => next_free(range, &taken).ok_or(Stored::Full),
    })
}

/// Takes what is as what should be: it should run, and no longer differs.
pub async fn accept_running(db: &Db, id: ServerId, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE servers SET desired = 'running', drift_seen_at = NULL, last_error = NULL, updated_at = ? WHERE id = ?",
        now,
        id
    )
    .execute(db.write())
    .await?;
    Ok(())
}
