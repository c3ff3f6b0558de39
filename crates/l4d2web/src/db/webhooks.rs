//! The tables `webhooks` and `webhook_calls`: who is told, and what is still to be told.

use sqlx::SqliteConnection;

use crate::care::Event;
use crate::db::{Db, Result};
use crate::id::{ServerId, WebhookId};

/// Most calls that wait for one webhook: a server that crashes again and again is not told of for ever.
const MOST_CALLS: i64 = 50;

/// How somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Format {
    /// As Discord takes it.
    Discord,
    /// The event as it is.
    Json,
}

/// Of what somebody is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is a box that is ticked or not")]
pub struct Topics {
    /// Servers that end by themselves.
    pub crash: bool,
    /// Servers that do not answer.
    pub hang: bool,
    /// Newer builds of the game.
    pub update: bool,
    /// Jobs that fail.
    pub job: bool,
}

/// Somebody who is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Key.
    pub id: WebhookId,
    /// Of which server; none: of all.
    pub server_id: Option<ServerId>,
    /// Name.
    pub name: String,
    /// Where; a secret.
    pub url: String,
    /// How.
    pub format: Format,
    /// Of what.
    pub topics: Topics,
    /// When it was last called, Unix seconds.
    pub last_at: Option<i64>,
    /// What came of that, a sentence.
    pub last: Option<String>,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Something that somebody is still to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Key.
    pub id: i64,
    /// Who.
    pub webhook: WebhookId,
    /// What, JSON.
    pub event: String,
    /// When it happened, Unix seconds.
    pub created_at: i64,
    /// How often it was tried.
    pub tries: i64,
}

/// Those of a server, or of all servers.
pub async fn list(db: &Db, server: Option<ServerId>) -> Result<Vec<Webhook>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id!: WebhookId", server_id AS "server_id: ServerId", name, url, format AS "format: Format", on_crash AS "crash: bool",
                  on_hang AS "hang: bool", on_update AS "update: bool", on_job AS "job: bool", last_at, last
           FROM webhooks WHERE server_id IS ? ORDER BY name COLLATE NOCASE, id"#,
        server
    )
    .fetch_all(db.read())
    .await?;
    let webhooks = rows.into_iter().map(|row| Webhook {
        id: row.id,
        server_id: row.server_id,
        name: row.name,
        url: row.url,
        format: row.format,
        topics: Topics { crash: row.crash, hang: row.hang, update: row.update, job: row.job },
        last_at: row.last_at,
        last: row.last,
    });
    Ok(webhooks.collect())
}

/// Where one is called, and how.
pub async fn address(db: &Db, id: WebhookId) -> Result<Option<(String, Format)>> {
    let row = sqlx::query!(r#"SELECT url, format AS "format: Format" FROM webhooks WHERE id = ?"#, id)
        .fetch_optional(db.read())
        .await?;
    Ok(row.map(|row| (row.url, row.format)))
}

/// Adds one, unless there are `most` already; says whether it did.
pub async fn insert(
    db: &Db,
    server: Option<ServerId>,
    (name, url): (&str, &str),
    format: Format,
    topics: Topics,
    most: i64,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO webhooks (server_id, name, url, format, on_crash, on_hang, on_update, on_job, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE (SELECT count(*) FROM webhooks WHERE server_id IS ?1) < ?10",
        server,
        name,
        url,
        format,
        topics.crash,
        topics.hang,
        topics.update,
        topics.job,
        now,
        most
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes one of a server, or of all; without an address it keeps the one that it has. False when there is no such.
pub async fn update(
    db: &Db,
    server: Option<ServerId>,
    id: WebhookId,
    (name, url): (&str, Option<&str>),
    format: Format,
    topics: Topics,
) -> Result<bool> {
    // Another address is somebody else, who has not asked for rest.
    let done = sqlx::query!(
        "UPDATE webhooks
         SET name = ?1, rests_until = CASE WHEN ?2 IS NULL THEN rests_until ELSE 0 END, url = ifnull(?2, url), format = ?3,
             on_crash = ?4, on_hang = ?5, on_update = ?6, on_job = ?7
         WHERE id = ?8 AND server_id IS ?9",
        name,
        url,
        format,
        topics.crash,
        topics.hang,
        topics.update,
        topics.job,
        id,
        server
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes one of a server, or of all; false when there is no such.
pub async fn delete(db: &Db, server: Option<ServerId>, id: WebhookId) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM webhooks WHERE id = ? AND server_id IS ?", id, server).execute(db.write()).await?;
    Ok(done.rows_affected() == 1)
}

/// Has all told of something who want to hear of it.
pub async fn tell(db: &mut SqliteConnection, event: &Event, now: i64) -> Result<()> {
    let (topic, server, json) = (event.topic.as_str(), event.server, event.json());
    sqlx::query!(
        "INSERT INTO webhook_calls (webhook_id, event, created_at, next_at)
         SELECT id, ?1, ?2, ?2 FROM webhooks
         WHERE (server_id IS NULL OR server_id = ?3 OR ?4 = 'update')
           AND CASE ?4 WHEN 'crash' THEN on_crash WHEN 'hang' THEN on_hang WHEN 'update' THEN on_update ELSE on_job END
           AND (SELECT count(*) FROM webhook_calls c WHERE c.webhook_id = webhooks.id) < ?5",
        json,
        now,
        server,
        topic,
        MOST_CALLS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is due at `now`, to all or to this one: of each webhook the first.
pub async fn due(db: &Db, one: Option<WebhookId>, now: i64) -> Result<Vec<Call>> {
    sqlx::query_as!(
        Call,
        r#"SELECT c.id AS "id!", c.webhook_id AS "webhook!: WebhookId", c.event AS "event!", c.created_at AS "created_at!", c.tries AS "tries!"
           FROM webhook_calls c JOIN webhooks w ON w.id = c.webhook_id
           WHERE c.id = (SELECT min(id) FROM webhook_calls WHERE webhook_id = w.id) AND c.next_at <= ?1 AND w.rests_until <= ?1
             AND (?2 IS NULL OR w.id = ?2)"#,
        now,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Lets a call wait until `next_at`, and its webhook rest until `rests_until`.
pub async fn put_off(db: &Db, call: &Call, next_at: i64, rests_until: i64) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!("UPDATE webhook_calls SET tries = tries + 1, next_at = ? WHERE id = ?", next_at, call.id)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("UPDATE webhooks SET rests_until = ? WHERE id = ?", rests_until, call.webhook)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Forgets a call: it was taken, or will not be.
pub async fn done(db: &Db, call: &Call) -> Result<()> {
    sqlx::query!("DELETE FROM webhook_calls WHERE id = ?", call.id).execute(db.write()).await?;
    Ok(())
}

/// Takes the turn of trying one; false when somebody tried it less than `pause` seconds ago.
pub async fn begin_test(db: &Db, id: WebhookId, pause: i64, now: i64) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE webhooks SET tested_at = ?1 WHERE id = ?2 AND (tested_at IS NULL OR tested_at > ?1 OR ?1 - tested_at >= ?3)",
        now,
        id,
        pause
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what came of the last call.
pub async fn note(db: &Db, id: WebhookId, last: &str, now: i64) -> Result<()> {
    sqlx::query!("UPDATE webhooks SET last = ?, last_at = ? WHERE id = ?", last, now, id).execute(db.write()).await?;
    Ok(())
}
