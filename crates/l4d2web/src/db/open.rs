use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::DbError;
use super::inspect::inspect;
use super::migrate::MIGRATIONS;
use super::version::Versions;

/// How long a statement waits for another process (`l4d2web backup`, `create-user`) to finish writing.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// The open database: some connections that read and one that writes, since SQLite has one writer at a time, and one that
/// tells when something was written.
#[derive(Debug, Clone)]
pub struct Db {
    path: PathBuf,
    read: SqlitePool,
    write: SqlitePool,
    pub(super) versions: Versions,
}

impl Db {
    /// Opens the file, which is made when it is not there (0600), as it is: [`super::migrate()`] brings its schema up.
    ///
    /// # Errors
    ///
    /// When the file cannot be made or opened. One that a newer panel or something else made is refused untouched.
    pub async fn open(path: &Path) -> Result<Self, DbError> {
        inspect(path, &MIGRATIONS).await?;
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| DbError::File { what: "open", path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A lost power supply can take back the last commits, never damage the file; a killed process takes back nothing.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .optimize_on_close(true, None);
        let opened = |source| DbError::Open { path: path.to_owned(), source };
        // A connection to a file cannot go bad while it lies in the pool.
        let pool = |most| SqlitePoolOptions::new().max_connections(most).test_before_acquire(false);
        let write = pool(1).connect_with(options.clone()).await.map_err(opened)?;
        let options = options.pragma("query_only", "1");
        let read = pool(4).connect_with(options.clone()).await.map_err(opened)?;
        let versions = Versions::open(options).await.map_err(opened)?;
        Ok(Self { path: path.to_owned(), read, write, versions })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Connections that only read.
    #[must_use]
    pub const fn read(&self) -> &SqlitePool {
        &self.read
    }

    /// The connection that writes. Hold it briefly: every other write waits for it.
    #[must_use]
    pub const fn write(&self) -> &SqlitePool {
        &self.write
    }

    /// Folds the write-ahead log into the file and closes all connections.
    pub async fn close(&self) {
        self.versions.close().await;
        self.read.close().await;
        // SQLite does that itself when the last connection goes, but that is in a thread of its own for which nobody waits. It waits for no
        // reader in another process; what it leaves is in the log, where it is as safe.
        #[expect(clippy::disallowed_methods, reason = "no statement on a table")]
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.write).await {
            tracing::debug!(%error, "the write-ahead log stays as it is");
        }
        self.write.close().await;
    }
}
