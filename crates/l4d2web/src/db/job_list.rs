//! Jobs as lists show them: the table `jobs` with the names of those who asked.

use crate::db::jobs::Whose;
use crate::db::{Db, Result};
use crate::id::{JobId, ServerId};
use crate::queue::{JobState, Kind};

/// A job in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// Where it is in its life.
    pub state: JobState,
    /// Who asked for it.
    pub by: Option<String>,
    /// The name of the server or overlay when the job was asked for.
    pub subject: String,
    /// How it ended, in plain words.
    pub summary: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub started_at: Option<i64>,
    /// Unix seconds.
    pub finished_at: Option<i64>,
}

/// Which jobs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Of whom.
    pub whose: Whose,
    /// In one of these states; empty: in any.
    pub states: &'static [JobState],
    /// Of this kind only.
    pub kind: Option<Kind>,
    /// Older than this one only.
    pub before: Option<JobId>,
}

/// At most `limit` jobs, the youngest first.
pub async fn list(db: &Db, wanted: Wanted, limit: u32) -> Result<Vec<Listed>> {
    let (server, overlay, user) = match wanted.whose {
        Whose::All => (None, None, None),
        Whose::Server(server) => (Some(server), None, None),
        Whose::Overlay(overlay) => (None, Some(overlay), None),
        Whose::User(user) => (None, None, Some(user)),
    };
    let states: Vec<_> = wanted.states.iter().map(|state| state.as_str()).collect();
    let states = serde_json::Value::from(states).to_string();
    let any = wanted.states.is_empty();
    sqlx::query_as!(
        Listed,
        r#"SELECT jobs.id AS "id: JobId", kind AS "kind: Kind", state AS "state: JobState", users.name AS "by?", subject, summary,
                  jobs.created_at, started_at, finished_at
           FROM jobs LEFT JOIN users ON users.id = jobs.user_id
           WHERE (?1 IS NULL OR server_id = ?1) AND (?8 IS NULL OR overlay_id = ?8)
             AND (?2 IS NULL OR user_id = ?2
                  OR server_id IN (SELECT id FROM servers WHERE owner_id = ?2 UNION SELECT server_id FROM server_grants WHERE user_id = ?2)
                  OR overlay_id IN (SELECT id FROM overlays WHERE owner_id = ?2))
             AND (?3 OR state IN (SELECT value FROM json_each(?4)))
             AND (?5 IS NULL OR kind = ?5)
             AND (?6 IS NULL OR jobs.id < ?6)
           ORDER BY jobs.id DESC LIMIT ?7"#,
        server,
        user,
        any,
        states,
        wanted.kind,
        wanted.before,
        limit,
        overlay
    )
    .fetch_all(db.read())
    .await
}

/// How many jobs a server had.
pub async fn count_of(db: &Db, server: ServerId) -> Result<i64> {
    sqlx::query_scalar!("SELECT count(*) FROM jobs WHERE server_id = ?", server).fetch_one(db.read()).await
}
