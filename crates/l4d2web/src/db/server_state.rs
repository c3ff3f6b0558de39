//! What the queue stores of servers in the table `servers`: what should be, what is, and what they were started with.

use sqlx::SqliteConnection;

use crate::db::servers::Desired;
use crate::db::{Db, Result};
use crate::id::ServerId;

/// What should be from now on.
pub async fn set_desired(db: &mut SqliteConnection, id: ServerId, desired: Desired, now: i64) -> Result<()> {
    sqlx::query!("UPDATE servers SET desired = ?, updated_at = ? WHERE id = ?", desired, now, id).execute(db).await?;
    Ok(())
}

/// What should be.
pub async fn desired(db: &mut SqliteConnection, id: ServerId) -> Result<Desired> {
    sqlx::query_scalar!(r#"SELECT desired AS "desired: Desired" FROM servers WHERE id = ?"#, id).fetch_one(db).await
}

/// The spec that the server runs with; none when it was reset.
pub async fn set_started_spec(db: &Db, id: ServerId, spec: Option<&str>) -> Result<()> {
    sqlx::query!("UPDATE servers SET started_spec = ? WHERE id = ?", spec, id).execute(db.write()).await?;
    Ok(())
}

/// Why the last job on it failed; none when it did not.
pub async fn set_last_error(db: &mut SqliteConnection, id: ServerId, error: Option<&str>) -> Result<()> {
    sqlx::query!("UPDATE servers SET last_error = ? WHERE id = ?", error, id).execute(db).await?;
    Ok(())
}

/// Forgets since when the state was not the desired one: a job has just changed it.
pub async fn clear_drift(db: &Db, id: ServerId) -> Result<()> {
    sqlx::query!("UPDATE servers SET drift_seen_at = NULL WHERE id = ?", id).execute(db.write()).await?;
    Ok(())
}

/// Removes the row; jobs on it stay, without it.
pub async fn delete(db: &Db, id: ServerId) -> Result<()> {
    sqlx::query!("DELETE FROM servers WHERE id = ?", id).execute(db.write()).await?;
    Ok(())
}
