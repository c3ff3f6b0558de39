//! The table `steam_profiles`: what Steam says of players.

use crate::db::{Db, Result};
use crate::game::SteamId;

/// What Steam says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub steam_id: SteamId,
    /// The name on Steam.
    pub name: String,
    /// Where the picture is.
    pub avatar_url: Option<String>,
}

/// What is known of somebody.
pub async fn find(db: &Db, id: SteamId) -> Result<Option<Profile>> {
    let key = id.to_i64();
    let row = sqlx::query!("SELECT name, avatar_url FROM steam_profiles WHERE steam_id = ?", key)
        .fetch_optional(db.read())
        .await?;
    Ok(row.map(|row| Profile { steam_id: id, name: row.name, avatar_url: row.avatar_url }))
}

/// Of whom Steam has said something after `after`, Unix seconds.
pub async fn fresh(db: &Db, after: i64) -> Result<Vec<SteamId>> {
    let ids = sqlx::query_scalar!("SELECT steam_id FROM steam_profiles WHERE fetched_at > ?", after)
        .fetch_all(db.read())
        .await?;
    Ok(ids.into_iter().filter_map(SteamId::from_i64).collect())
}

/// Who among those who play or played on a server has a picture.
pub async fn pictured(db: &Db, server: crate::id::ServerId) -> Result<Vec<SteamId>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT DISTINCT p.steam_id AS "steam_id!" FROM steam_profiles p JOIN player_sessions s ON s.steam_id = p.steam_id
           WHERE s.server_id = ? AND p.avatar_url IS NOT NULL"#,
        server
    )
    .fetch_all(db.read())
    .await?;
    Ok(ids.into_iter().filter_map(SteamId::from_i64).collect())
}

/// Stores what Steam said at `at` (Unix seconds), in one transaction.
pub async fn put(db: &Db, profiles: &[Profile], at: i64) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    for profile in profiles {
        let id = profile.steam_id.to_i64();
        sqlx::query!(
            "INSERT INTO steam_profiles (steam_id, name, avatar_url, fetched_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (steam_id) DO UPDATE SET name = ?2, avatar_url = ?3, fetched_at = ?4",
            id,
            profile.name,
            profile.avatar_url,
            at
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

/// Removes the profiles of those who have played nowhere as long as sessions are kept, and gives them.
pub async fn prune(db: &Db) -> Result<Vec<SteamId>> {
    let ids = sqlx::query_scalar!(
        r#"DELETE FROM steam_profiles WHERE NOT EXISTS (SELECT 1 FROM player_sessions WHERE player_sessions.steam_id = steam_profiles.steam_id)
           RETURNING steam_id AS "steam_id!""#
    )
    .fetch_all(db.write())
    .await?;
    Ok(ids.into_iter().filter_map(SteamId::from_i64).collect())
}
