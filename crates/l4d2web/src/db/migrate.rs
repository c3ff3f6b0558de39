//! Brings the file to the schema of this program, from any earlier one, after a copy of it was made.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;

use super::{Db, DbError, copy_to};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The version of a schema: the number of its last migration, 0 for an empty file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schema(pub i64);

/// What [`migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The schema before.
    pub from: Schema,
    /// The schema now.
    pub to: Schema,
    /// The copy from before; none when nothing was changed or the file was empty.
    pub copy: Option<PathBuf>,
}

impl Schema {
    /// The schema of this program.
    #[must_use]
    pub fn current() -> Self {
        Self(MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0))
    }
}

/// Brings `db` to [`Schema::current`]. A file that holds something is first copied to `<file>.before-<schema>` (0600; a copy that is
/// there already is replaced).
///
/// # Errors
///
/// A file with a newer schema, or with one that this program did not make, is refused untouched. When a migration fails, it is
/// rolled back.
pub async fn migrate(db: &Db) -> Result<Migrated, DbError> {
    let to = Schema::current();
    let from = check(db, to).await?;
    if from == to {
        return Ok(Migrated { from, to, copy: None });
    }
    let copy = if from == Schema(0) { None } else { Some(copy_before(db, to).await?) };
    MIGRATIONS.run(db.write()).await.map_err(|source| DbError::Migrate { path: db.path().to_owned(), source })?;
    Ok(Migrated { from, to, copy })
}

/// The schema of the file.
async fn check(db: &Db, known: Schema) -> Result<Schema, DbError> {
    let path = || db.path().to_owned();
    let opened = |source| DbError::Open { path: path(), source };
    #[expect(
        clippy::disallowed_methods,
        reason = "the table belongs to the migrator, so that the schema does not have it"
    )]
    let there = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(db.read())
        .await
        .map_err(opened)?;
    if there == 0 {
        return Ok(Schema(0));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the table belongs to the migrator, so that the schema does not have it"
    )]
    let applied =
        sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all(db.read())
            .await
            .map_err(opened)?;
    let found = applied.last().map_or(0, |(version, _)| *version);
    if found > known.0 {
        return Err(DbError::Newer { path: path(), found, known: known.0 });
    }
    for (version, checksum) in applied {
        if !MIGRATIONS.iter().any(|known| known.version == version && *known.checksum == *checksum) {
            return Err(DbError::Foreign { path: path(), version });
        }
    }
    Ok(Schema(found))
}

async fn copy_before(db: &Db, to: Schema) -> Result<PathBuf, DbError> {
    let copy = suffixed(db.path(), &format!(".before-{}", to.0));
    let file = |source| DbError::File { what: "write", path: copy.clone(), source };
    match std::fs::remove_file(&copy) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(file(error)),
        _ => {}
    }
    // An empty file is what VACUUM INTO takes; made here so that nobody else can read it.
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&copy).map_err(file)?;
    copy_to(db, &copy).await.map_err(|source| DbError::Copy { path: copy.clone(), source })?;
    Ok(copy)
}

/// `path` with `suffix` behind its name.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
