use std::path::PathBuf;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The file cannot be opened or is not a database.
    #[error("cannot open the database {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A newer panel has written the file.
    #[error(
        "the database {path} has schema {found}, and this l4d2web knows {known} at most: use the version that wrote it, or a newer one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The last schema of this program.
        known: i64,
    },
    /// The file has a schema that this program did not make.
    #[error("the database {path} was not made by l4d2web: migration {version} is not the one of this program")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The migration that differs.
        version: i64,
    },
    /// Another program's file.
    #[error("{path} belongs to something else, it is no database of l4d2web: name another file in DATABASE_URL")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A copy before a migration could not be made.
    #[error("cannot copy the database to {path} before its schema changes; nothing was changed")]
    Copy {
        /// The copy.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A migration failed; the file is as it was.
    #[error("cannot bring the database {path} to the schema of this version; it is as it was")]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// A file operation beside the database failed.
    #[error("cannot {what} {path}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another process serves this database.
    #[error("another l4d2web serves {path} already (it holds the lock {}); stop that one first", lock.display())]
    Busy {
        /// The database.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
}
