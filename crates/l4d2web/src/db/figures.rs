//! What a monitor is told of the tables: a few sums, whatever their number of rows.

use crate::db::{Db, Result};
use crate::id::ServerId;
use crate::queue::{JobState, Kind};

/// So many servers of which the host last said this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InState {
    /// The word of `l4d2ctl status`; none when it has not said.
    pub state: Option<String>,
    /// How many.
    pub servers: i64,
}

/// So many jobs that are not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenJobs {
    /// What they do.
    pub kind: Kind,
    /// Whether they wait or run.
    pub state: JobState,
    /// How many.
    pub jobs: i64,
    /// When the oldest of them was asked for, Unix seconds.
    pub oldest: i64,
}

/// What there is besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// Servers that are not as they should be, with nobody here at it.
    pub drifted: i64,
    /// Overlays.
    pub overlays: i64,
    /// What those hold that are built, in bytes.
    pub overlay_bytes: i64,
    /// Users who may log in.
    pub users: i64,
    /// The size of the database without its write-ahead log, in bytes.
    pub database_bytes: i64,
}

/// Servers by what the host last said of them.
pub async fn servers(db: &Db) -> Result<Vec<InState>> {
    sqlx::query_as!(
        InState,
        r#"SELECT CASE WHEN json_valid(status) THEN json_extract(status, '$.state') END AS "state: String", count(*) AS "servers!: i64"
           FROM servers GROUP BY 1"#
    )
    .fetch_all(db.read())
    .await
}

/// The jobs that wait or run.
pub async fn open_jobs(db: &Db) -> Result<Vec<OpenJobs>> {
    sqlx::query_as!(
        OpenJobs,
        r#"SELECT kind AS "kind!: Kind", state AS "state!: JobState", count(*) AS "jobs!: i64", min(created_at) AS "oldest!: i64"
           FROM jobs WHERE state IN ('queued', 'running', 'cancelling') GROUP BY kind, state"#
    )
    .fetch_all(db.read())
    .await
}

/// The rest.
pub async fn stock(db: &Db) -> Result<Stock> {
    sqlx::query_as!(
        Stock,
        r#"SELECT (SELECT count(*) FROM servers WHERE drift_seen_at IS NOT NULL) AS "drifted!: i64",
                  (SELECT count(*) FROM overlays) AS "overlays!: i64",
                  (SELECT coalesce(sum(bytes), 0) FROM overlays) AS "overlay_bytes!: i64",
                  (SELECT count(*) FROM users WHERE active = 1) AS "users!: i64",
                  (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()) AS "database_bytes!: i64""#
    )
    .fetch_one(db.read())
    .await
}

/// The names of all servers.
pub async fn names(db: &Db) -> Result<Vec<(ServerId, String)>> {
    let rows = sqlx::query!(r#"SELECT id AS "id: ServerId", name FROM servers"#).fetch_all(db.read()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
