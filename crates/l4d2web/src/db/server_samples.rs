//! The table `server_samples`: what was seen of servers, for graphs.

use crate::db::{Db, Result};
use crate::id::ServerId;
use crate::play::history::{COARSE, Figures, Sample};

struct Row {
    from_at: i64,
    to_at: i64,
    map: String,
    mode: String,
    players: i64,
    fps: Option<i64>,
    cpu: Option<i64>,
    memory: Option<i64>,
}

impl Row {
    fn sample(self) -> Sample {
        Sample {
            from: self.from_at,
            to: self.to_at,
            map: self.map,
            mode: self.mode,
            players: self.players,
            figures: Figures { fps: self.fps, cpu: self.cpu, memory: self.memory },
        }
    }
}

/// Stores samples in one transaction. One that begins where a stored one does takes its place. Those of servers that are gone are left out.
pub async fn put(db: &Db, samples: &[(ServerId, Sample)]) -> Result<()> {
    if samples.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    for (server, sample) in samples {
        sqlx::query!(
            "INSERT INTO server_samples (server_id, from_at, to_at, map, mode, players, fps, cpu, memory)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM servers WHERE id = ?1)
             ON CONFLICT (server_id, from_at) DO UPDATE
             SET to_at = excluded.to_at, map = excluded.map, mode = excluded.mode, players = excluded.players, fps = excluded.fps,
                 cpu = excluded.cpu, memory = excluded.memory",
            server,
            sample.from,
            sample.to,
            sample.map,
            sample.mode,
            sample.players,
            sample.figures.fps,
            sample.figures.cpu,
            sample.figures.memory
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

/// The samples of a server that end after `after`, in order.
pub async fn since(db: &Db, server: ServerId, after: i64) -> Result<Vec<Sample>> {
    // One row in the place of a thousand, each of which would be handed over between threads. None overlaps another: of those before `after` only
    // the last can reach beyond it.
    let rows = sqlx::query_scalar!(
        r#"SELECT json_group_array(json_array(from_at, to_at, map, mode, players, fps, cpu, memory)) AS "rows!: String" FROM server_samples
           WHERE server_id = ?1 AND to_at > ?2
             AND from_at >= ifnull((SELECT max(from_at) FROM server_samples WHERE server_id = ?1 AND from_at <= ?2), ?2)"#,
        server,
        after
    )
    .fetch_one(db.read())
    .await?;
    let rows: Vec<Packed> = serde_json::from_str(&rows).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let mut samples: Vec<_> = rows.into_iter().map(unpacked).collect();
    samples.sort_unstable_by_key(|sample| sample.from);
    Ok(samples)
}

/// Who played on all servers since `after`, in order for each: the samples of which that is known, without anything else. One statement for all.
pub async fn of_all(db: &Db, after: i64) -> Result<Vec<(ServerId, Vec<Sample>)>> {
    // None is longer than an hour: those that reach beyond `after` are found by where they begin.
    let first = after - COARSE;
    let rows = sqlx::query!(
        r#"SELECT s.id AS "server: ServerId", json_group_array(json_array(p.from_at, p.to_at, p.players)) AS "rows!: String"
           FROM servers s CROSS JOIN server_samples p ON p.server_id = s.id AND p.from_at >= ?1 GROUP BY s.id"#,
        first
    )
    .fetch_all(db.read())
    .await?;
    let unpack = |json: String| -> Result<Vec<Sample>> {
        let rows: Vec<(i64, i64, i64)> =
            serde_json::from_str(&json).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let figures = Figures { fps: None, cpu: None, memory: None };
        let sample =
            |(from, to, players)| Sample { from, to, map: String::new(), mode: String::new(), players, figures };
        let mut samples: Vec<_> = rows.into_iter().map(sample).collect();
        samples.sort_unstable_by_key(|sample| sample.from);
        Ok(samples)
    };
    rows.into_iter().map(|row| Ok((row.server, unpack(row.rows)?))).collect()
}

/// The columns of a row, in their order.
type Packed = (i64, i64, String, String, i64, Option<i64>, Option<i64>, Option<i64>);

fn unpacked((from, to, map, mode, players, fps, cpu, memory): Packed) -> Sample {
    Sample { from, to, map, mode, players, figures: Figures { fps, cpu, memory } }
}

/// The samples of a server that begin from `from` until before `until`, in order.
pub async fn between(db: &Db, server: ServerId, from: i64, until: i64) -> Result<Vec<Sample>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT from_at, to_at, map, mode, players, fps, cpu, memory FROM server_samples
         WHERE server_id = ? AND from_at >= ? AND from_at < ? ORDER BY from_at",
        server,
        from,
        until
    )
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(Row::sample).collect())
}

/// Puts `thinned` in the place of the samples of a server that begin from `from` until before `until`.
pub async fn replace(db: &Db, server: ServerId, from: i64, until: i64, thinned: &[Sample]) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!(
        "DELETE FROM server_samples WHERE server_id = ? AND from_at >= ? AND from_at < ?",
        server,
        from,
        until
    )
    .execute(&mut *tx)
    .await?;
    for sample in thinned {
        sqlx::query!(
            "INSERT INTO server_samples (server_id, from_at, to_at, map, mode, players, fps, cpu, memory) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            server,
            sample.from,
            sample.to,
            sample.map,
            sample.mode,
            sample.players,
            sample.figures.fps,
            sample.figures.cpu,
            sample.figures.memory
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

/// The servers that have samples which begin before `before`.
pub async fn servers(db: &Db, before: i64) -> Result<Vec<ServerId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: ServerId" FROM servers
           WHERE EXISTS (SELECT 1 FROM server_samples WHERE server_id = servers.id AND from_at < ?)"#,
        before
    )
    .fetch_all(db.read())
    .await
}

/// Removes the samples of a server that ended before `before`.
pub async fn prune(db: &Db, server: ServerId, before: i64) -> Result<()> {
    sqlx::query!(
        "DELETE FROM server_samples WHERE server_id = ? AND from_at < ? AND to_at < ?",
        server,
        before,
        before
    )
    .execute(db.write())
    .await?;
    Ok(())
}
