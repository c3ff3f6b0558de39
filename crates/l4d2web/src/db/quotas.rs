//! How much users may have, and have: columns of the table `users`, and sums over what is theirs.

use crate::db::{Db, Result};
use crate::files;
use crate::id::{OverlayId, UserId};
use crate::overlays::Room;

/// What a user may have; none: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// So many servers.
    pub servers: Option<i64>,
    /// So many bytes in published overlays.
    pub overlay_bytes: Option<i64>,
}

/// What a user has and may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How many servers are theirs.
    pub servers: i64,
    /// What their overlays hold, in bytes: each as it is published, or its source where that is more.
    pub overlay_bytes: i64,
    /// What they may have.
    pub quota: Quota,
}

impl Usage {
    /// The space for overlays.
    #[must_use]
    pub fn room(&self) -> Room {
        let positive = |bytes| u64::try_from(bytes).unwrap_or_default();
        Room { used: positive(self.overlay_bytes), max: self.quota.overlay_bytes.map(positive) }
    }
}

/// What a user has and may have; of a user who is gone, nothing without limit.
pub async fn usage(db: &Db, user: UserId) -> Result<Usage> {
    let row = sqlx::query!(
        r#"SELECT max_servers, max_overlay_bytes,
                  (SELECT count(*) FROM servers WHERE owner_id = u.id) AS "servers!: i64",
                  (SELECT coalesce(sum(max(coalesce(bytes, 0), coalesce(held_bytes, 0))), 0) FROM overlays WHERE owner_id = u.id) AS "bytes!: i64"
           FROM users u WHERE u.id = ?"#,
        user
    )
    .fetch_optional(db.read())
    .await?;
    Ok(row.map_or(Usage { servers: 0, overlay_bytes: 0, quota: Quota::default() }, |row| Usage {
        servers: row.servers,
        overlay_bytes: row.bytes,
        quota: Quota { servers: row.max_servers, overlay_bytes: row.max_overlay_bytes },
    }))
}

/// The space for overlays of an owner; everybody's have no limit but the host's.
pub async fn room(db: &Db, owner: Option<UserId>) -> Result<Room> {
    match owner {
        Some(owner) => Ok(usage(db, owner).await?.room()),
        None => Ok(Room { used: 0, max: None }),
    }
}

/// What the owner of an overlay may have, and has for one who is about to change its source: the other overlays, this one's source whatever is
/// published of it (the next build puts that in its place), and what is on its way into any of them. None: there is no limit.
pub async fn of_overlay(db: &Db, overlay: OverlayId) -> Result<Option<files::Quota>> {
    let row = sqlx::query!(
        r#"SELECT u.max_overlay_bytes AS "most!: i64",
                  (SELECT coalesce(sum(CASE WHEN o.id = this.id THEN coalesce(o.held_bytes, o.bytes, 0)
                                            ELSE max(coalesce(o.bytes, 0), coalesce(o.held_bytes, 0)) END), 0)
                   FROM overlays o WHERE o.owner_id = u.id) AS "held!: i64",
                  (SELECT coalesce(sum(max(p.size, p.unpacked)), 0)
                   FROM uploads p JOIN overlays o ON o.id = p.overlay_id WHERE o.owner_id = u.id) AS "coming!: i64"
           FROM overlays this JOIN users u ON u.id = this.owner_id
           WHERE this.id = ? AND u.max_overlay_bytes IS NOT NULL"#,
        overlay
    )
    .fetch_optional(db.read())
    .await?;
    let positive = |bytes| u64::try_from(bytes).unwrap_or_default();
    Ok(row.map(|row| files::Quota { most: positive(row.most), used: positive(row.held.saturating_add(row.coming)) }))
}

/// Writes down what the source of an overlay holds, in bytes.
pub async fn set_held(db: &Db, overlay: OverlayId, bytes: i64) -> Result<()> {
    sqlx::query!("UPDATE overlays SET held_bytes = ? WHERE id = ?", bytes, overlay).execute(db.write()).await?;
    Ok(())
}

/// Files overlays whose source nobody has weighed yet.
pub async fn unweighed(db: &Db) -> Result<Vec<OverlayId>> {
    let rows = sqlx::query_scalar!(
        r#"SELECT id AS "id: OverlayId" FROM overlays WHERE kind = 'files' AND held_bytes IS NULL ORDER BY id"#
    );
    rows.fetch_all(db.read()).await
}

/// Stores what a user may have. False when there is no such user.
pub async fn set(db: &Db, user: UserId, quota: Quota) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET max_servers = ?, max_overlay_bytes = ? WHERE id = ?",
        quota.servers,
        quota.overlay_bytes,
        user
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many servers a user may have, when they have so many already.
pub(super) async fn servers_full(db: &mut sqlx::SqliteConnection, user: UserId) -> Result<Option<i64>> {
    let full = sqlx::query_scalar!(
        "SELECT max_servers FROM users u
         WHERE id = ? AND max_servers <= (SELECT count(*) FROM servers WHERE owner_id = u.id)",
        user
    )
    .fetch_optional(db)
    .await?;
    Ok(full.flatten())
}
