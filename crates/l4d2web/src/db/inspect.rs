//! Looks at a file before anything may write to it.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::{DbError, Schema};

/// `SQLITE_NOTADB`.
const NOT_A_DATABASE: &str = "26";

/// The schema of the file, which is only read: 0 when it is empty or not there.
///
/// # Errors
///
/// When it is no database, one that something else made, or one with a schema that `known` does not lead to.
pub(super) async fn inspect(path: &Path, known: &Migrator) -> Result<Schema, DbError> {
    match std::fs::metadata(path) {
        Ok(there) if there.len() > 0 => {}
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(DbError::File { what: "open", path: path.to_owned(), source });
        }
        _ => return Ok(Schema(0)),
    }
    let opened = |source| DbError::Open { path: path.to_owned(), source };
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(super::open::BUSY);
    let mut connection = options.connect().await.map_err(opened)?;
    let found = schema(&mut connection, path, known).await;
    connection.close().await.map_err(opened)?;
    found
}

#[expect(clippy::disallowed_methods, reason = "the table belongs to the migrator, so that the schema does not have it")]
async fn schema(connection: &mut SqliteConnection, path: &Path, known: &Migrator) -> Result<Schema, DbError> {
    let opened = |source| DbError::Open { path: path.to_owned(), source };
    let tables = sqlx::query_scalar::<_, String>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(|source| match &source {
        sqlx::Error::Database(error) if error.code().as_deref() == Some(NOT_A_DATABASE) => {
            DbError::NotOurs { path: path.to_owned() }
        }
        _ => opened(source),
    })?;
    if tables.is_empty() {
        return Ok(Schema(0));
    }
    if !tables.iter().any(|name| name == "_sqlx_migrations") {
        return Err(DbError::NotOurs { path: path.to_owned() });
    }
    let applied =
        sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut *connection)
            .await
            .map_err(opened)?;
    let Some((found, _)) = applied.last() else {
        return if tables.len() == 1 { Ok(Schema(0)) } else { Err(DbError::NotOurs { path: path.to_owned() }) };
    };
    let last = Schema::of(known);
    if *found > last.0 {
        return Err(DbError::Newer { path: path.to_owned(), found: *found, known: last.0 });
    }
    for (version, checksum) in &applied {
        if !known.iter().any(|known| known.version == *version && *known.checksum == **checksum) {
            return Err(DbError::Foreign { path: path.to_owned(), version: *version });
        }
    }
    Ok(Schema(*found))
}
