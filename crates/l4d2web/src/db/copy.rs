use std::path::Path;

use super::Db;

/// Writes a consistent copy of the database to the file `to`, which must not exist, while others read and write.
///
/// `VACUUM INTO` (SQLite 3.27) is SQLite's own way to do that in one statement: the copy is what one reader sees at one moment, without free
/// pages and without a write-ahead log of its own.
///
/// # Errors
///
/// When `to` exists and is not empty, or cannot be written.
pub async fn copy_to(db: &Db, to: &Path) -> super::Result<()> {
    let to = to.to_string_lossy().into_owned();
    sqlx::query!("VACUUM INTO ?", to).execute(db.write()).await?;
    Ok(())
}
