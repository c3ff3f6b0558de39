//! Brings the file to the schema of this program, from any earlier one, after a copy of it was made.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;

use super::inspect::inspect;
use super::{Db, DbError, copy_to};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

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
        Self::of(&MIGRATIONS)
    }

    /// The schema that `migrations` lead to.
    pub(super) fn of(migrations: &Migrator) -> Self {
        Self(migrations.iter().map(|migration| migration.version).max().unwrap_or(0))
    }
}

/// Brings `db` to [`Schema::current`]. A file that holds something is first copied to `<file>.before-<schema>` (0600; a copy that is
/// there already is replaced).
///
/// # Errors
///
/// A file with a newer schema, or with one that this program did not make, is refused untouched. When a migration fails, all of them
/// are rolled back.
pub async fn migrate(db: &Db) -> Result<Migrated, DbError> {
    migrate_by(db, &MIGRATIONS).await
}

/// The same by other migrations than those of this program: tests know some that are not written yet.
///
/// # Errors
///
/// As [`migrate`].
pub async fn migrate_by(db: &Db, migrations: &Migrator) -> Result<Migrated, DbError> {
    let to = Schema::of(migrations);
    let from = inspect(db.path(), migrations).await?;
    if from == to {
        return Ok(Migrated { from, to, copy: None });
    }
    let copy = if from == Schema(0) { None } else { Some(copy_before(db, to).await?) };
    let failed = |source| DbError::Migrate { path: db.path().to_owned(), source };
    // One transaction around those that each migration has: all of them, or none.
    let mut whole = db.write().begin().await.map_err(|error| failed(error.into()))?;
    migrations.run(&mut *whole).await.map_err(failed)?;
    whole.commit().await.map_err(|error| failed(error.into()))?;
    Ok(Migrated { from, to, copy })
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
    // SQLite does not sync what VACUUM INTO writes, and the copy must outlive the change that follows.
    std::fs::File::open(&copy).and_then(|copy| copy.sync_all()).map_err(file)?;
    Ok(copy)
}

/// `path` with `suffix` behind its name.
pub(crate) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
