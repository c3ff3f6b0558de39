//! Overlays as their list shows them: the table `overlays` with their owners and builds.

use crate::db::overlays::Overlay;
use crate::db::{Db, Result};
use crate::id::{JobId, OverlayId, UserId};
use crate::overlays::{Kind, OpenBuild};
use crate::queue::JobState;

/// An overlay in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The row.
    pub overlay: Overlay,
    /// The name of its owner; none: it is everybody's.
    pub owner: Option<String>,
    /// The build of it that runs or, when none does, the newest.
    pub build: Option<OpenBuild>,
}

/// Those that a user sees: everybody's and their own; all of them to an admin. By name.
pub async fn list(db: &Db, user: UserId, admin: bool) -> Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"SELECT o.id AS "id: OverlayId", o.owner_id AS "owner_id: UserId", o.name, o.kind AS "kind: Kind", o.reference, o.updated_at,
                  o.bytes, o.held_bytes, o.files, o.source_at, o.built_at, o.built_source, u.name AS "owner?: String",
                  j.id AS "job?: JobId", j.state AS "state?: JobState"
           FROM overlays o
           LEFT JOIN users u ON u.id = o.owner_id
           LEFT JOIN jobs j ON j.id = coalesce(
               (SELECT r.id FROM jobs r WHERE r.overlay_id = o.id AND r.state IN ('running', 'cancelling')),
               (SELECT max(n.id) FROM jobs n WHERE n.overlay_id = o.id))
           WHERE o.owner_id IS NULL OR o.owner_id = ?1 OR ?2
           ORDER BY o.name COLLATE NOCASE, o.id"#,
        user,
        admin
    )
    .fetch_all(db.read())
    .await?;
    let listed = rows.into_iter().map(|row| Listed {
        owner: row.owner,
        build: row.job.zip(row.state).map(|(id, state)| OpenBuild { id, state }),
        overlay: Overlay {
            id: row.id,
            owner_id: row.owner_id,
            name: row.name,
            kind: row.kind,
            reference: row.reference,
            updated_at: row.updated_at,
            bytes: row.bytes,
            held_bytes: row.held_bytes,
            files: row.files,
            source_at: row.source_at,
            built_at: row.built_at,
            built_source: row.built_source,
        },
    });
    Ok(listed.collect())
}
