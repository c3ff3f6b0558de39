//! The table `player_sessions`: who played where, from when until when.

use crate::db::{Db, Result};
use crate::game::SteamId;
use crate::id::ServerId;
use crate::play::stays::{SLACK, Step};

/// Somebody who played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// Who.
    pub steam_id: SteamId,
    /// The name, as the game wrote it last.
    pub name: String,
    /// Since when, Unix seconds.
    pub joined_at: i64,
    /// Until when, Unix seconds.
    pub left_at: i64,
    /// The least and the greatest ping that was seen, in milliseconds.
    pub pings: Option<(i64, i64)>,
}

/// What somebody was called who was last on a server, as the game wrote it; none when they never were.
pub async fn name(db: &Db, server: ServerId, id: SteamId) -> Result<Option<String>> {
    let id = id.to_i64();
    sqlx::query_scalar!(
        "SELECT name FROM player_sessions WHERE server_id = ? AND steam_id = ? ORDER BY joined_at DESC LIMIT 1",
        server,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// Writes what a look at `at` (Unix seconds) found on a server, in one transaction; nothing of a server that is gone.
pub async fn write(db: &Db, server: ServerId, at: i64, steps: &[Step]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    for step in steps {
        let (Step::Came(id, stay) | Step::Changed(id, stay) | Step::Left(id, stay)) = step;
        let id = id.to_i64();
        let left = matches!(step, Step::Left(..)).then_some(at);
        if matches!(step, Step::Came(..)) {
            // Whoever is on it for as long as since their last session began has not left in between: the panel did not look for a while.
            let (earliest, latest) = (stay.joined - SLACK, stay.joined + SLACK);
            let same = sqlx::query!(
                "UPDATE player_sessions SET left_at = NULL, seen_at = ?1, name = ?2,
                     ping_min = min(ifnull(ping_min, ?3), ?3), ping_max = max(ifnull(ping_max, ?4), ?4)
                 WHERE id = (SELECT id FROM player_sessions WHERE server_id = ?5 AND steam_id = ?6 AND left_at IS NOT NULL AND joined_at BETWEEN ?7 AND ?8
                             ORDER BY left_at DESC LIMIT 1)
                   AND NOT EXISTS (SELECT 1 FROM player_sessions WHERE server_id = ?5 AND steam_id = ?6 AND left_at IS NULL)",
                at,
                stay.name,
                stay.ping_min,
                stay.ping_max,
                server,
                id,
                earliest,
                latest
            )
            .execute(&mut *tx)
            .await?;
            if same.rows_affected() > 0 {
                continue;
            }
            sqlx::query!(
                "INSERT INTO player_sessions (server_id, steam_id, name, joined_at, seen_at, ping_min, ping_max)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM servers WHERE id = ?1)
                 ON CONFLICT (server_id, steam_id) WHERE left_at IS NULL DO UPDATE SET seen_at = excluded.seen_at, name = excluded.name",
                server,
                id,
                stay.name,
                stay.joined,
                at,
                stay.ping_min,
                stay.ping_max
            )
            .execute(&mut *tx)
            .await?;
        } else {
            sqlx::query!(
                "UPDATE player_sessions SET name = ?, ping_min = ?, ping_max = ?, seen_at = max(seen_at, ?), left_at = ?
                 WHERE server_id = ? AND steam_id = ? AND left_at IS NULL",
                stay.name,
                stay.ping_min,
                stay.ping_max,
                at,
                left,
                server,
                id
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await
}

/// Notes that those who play on these servers were seen at that time.
pub async fn seen(db: &Db, servers: &[(ServerId, i64)]) -> Result<()> {
    if servers.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    for (server, at) in servers {
        sqlx::query!(
            "UPDATE player_sessions SET seen_at = max(seen_at, ?) WHERE server_id = ? AND left_at IS NULL",
            at,
            server
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

/// Ends all open sessions where they were last seen: of one server, or of all.
pub async fn close(db: &Db, server: Option<ServerId>) -> Result<u64> {
    let closed = sqlx::query!(
        "UPDATE player_sessions SET left_at = max(seen_at, joined_at) WHERE left_at IS NULL AND (?1 IS NULL OR server_id = ?1)",
        server
    )
    .execute(db.write())
    .await?;
    Ok(closed.rows_affected())
}

/// Who played on a server lately and does not now: each once, the last who left first.
pub async fn lately(db: &Db, server: ServerId, most: i64) -> Result<Vec<Played>> {
    let rows = sqlx::query!(
        r#"SELECT steam_id AS "steam_id!", name AS "name!", joined_at AS "joined_at!", max(left_at) AS "left_at!: i64", ping_min, ping_max
           FROM player_sessions AS p WHERE server_id = ?1 AND left_at IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM player_sessions WHERE server_id = ?1 AND steam_id = p.steam_id AND left_at IS NULL)
           GROUP BY steam_id ORDER BY 4 DESC LIMIT ?2"#,
        server,
        most
    )
    .fetch_all(db.read())
    .await?;
    let played = rows.into_iter().filter_map(|row| {
        Some(Played {
            steam_id: SteamId::from_i64(row.steam_id)?,
            name: row.name,
            joined_at: row.joined_at,
            left_at: row.left_at,
            pings: row.ping_min.zip(row.ping_max),
        })
    });
    Ok(played.collect())
}

/// Removes sessions that ended before `before`, in Unix seconds, and of each server all but the newest `most`.
pub async fn prune(db: &Db, before: i64, most: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "DELETE FROM player_sessions WHERE left_at < ?1 OR id IN
         (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY server_id ORDER BY left_at DESC, id DESC) AS number
                          FROM player_sessions WHERE left_at IS NOT NULL) WHERE number > ?2)",
        before,
        most
    )
    .execute(db.write())
    .await?;
    Ok(gone.rows_affected())
}

/// Whether somebody plays or played on a server.
pub async fn was_on(db: &Db, server: ServerId, id: SteamId) -> Result<bool> {
    let id = id.to_i64();
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM player_sessions WHERE steam_id = ? AND server_id = ?) AS "found: bool""#,
        id,
        server
    )
    .fetch_one(db.read())
    .await?;
    Ok(found)
}
