//! Which servers have a page for everybody: columns of the table `servers`.

use crate::db::{Db, Result};
use crate::id::ServerId;
use crate::public::Opening;

/// How far a server is open to everybody; none when there is no such server.
pub async fn opening(db: &Db, id: ServerId) -> Result<Option<Opening>> {
    sqlx::query_as!(
        Opening,
        r#"SELECT public AS "page: bool", public_files AS "files: bool" FROM servers WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// Opens or closes it.
pub async fn set(db: &Db, id: ServerId, opening: Opening) -> Result<()> {
    sqlx::query!("UPDATE servers SET public = ?, public_files = ? WHERE id = ?", opening.page, opening.files, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// The references of the overlays that hold items of the Workshop.
pub async fn workshop_references(db: &Db) -> Result<Vec<String>> {
    sqlx::query_scalar!("SELECT reference FROM overlays WHERE kind = 'workshop'").fetch_all(db.read()).await
}
