use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::{Db, Result};

/// What the database is at a moment: two that are equal say that nothing was committed in between, by this process or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Which connection was asked: numbers of two say nothing about each other.
    pub(super) connection: u64,
    /// `PRAGMA data_version`: another one after each commit of any other connection.
    pub(super) number: i64,
}

/// The connection that is asked. Nothing else uses it, since its own commits would not count.
#[derive(Debug, Clone)]
pub(super) struct Versions {
    pool: SqlitePool,
    connections: Arc<AtomicU64>,
}

impl Versions {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let connections = Arc::new(AtomicU64::new(0));
        let count = connections.clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .after_connect(move |_, _| {
                count.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool, connections })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Db {
    /// What the database is now. What is read after this is at least as new.
    pub async fn version(&self) -> Result<Version> {
        let mut connection = self.versions.pool.acquire().await?;
        let which = self.versions.connections.load(Ordering::Relaxed);
        #[expect(clippy::disallowed_methods, reason = "no statement on a table")]
        let number = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
        Ok(Version { connection: which, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::migrate;

    #[tokio::test]
    async fn every_commit_makes_another_version_and_nothing_else_does() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("left4me.db");
        let (db, other) = (Db::open(&file).await.unwrap(), Db::open(&file).await.unwrap());
        migrate(&db).await.unwrap();
        let mut last = db.version().await.unwrap();
        for (name, writer) in [("zoey", &db), ("bill", &other)] {
            assert_eq!(db.version().await.unwrap(), last);
            let sql = format!(
                "INSERT INTO users (name, password_hash, password_changed_at, created_at) VALUES ('{name}', '', 0, 0)"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(writer.write()).await.unwrap();
            let now = db.version().await.unwrap();
            assert_ne!(now, last, "{name}");
            last = now;
            sqlx::raw_sql("SELECT * FROM users").execute(db.read()).await.unwrap();
        }
        assert_eq!(db.version().await.unwrap(), last);
    }
}
