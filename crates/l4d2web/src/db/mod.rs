//! The database: one SQLite file. Every statement stands in the file of its table here, checked against the schema when it is compiled
//! (`deploy/sqlx.sh` writes the cache `.sqlx/` that a build without a database reads).
#![expect(
    clippy::missing_errors_doc,
    reason = "every statement fails when the database does; what else an error means is said"
)]

pub mod bans;
pub mod blueprints;
pub mod collections;
pub mod command_history;
mod copy;
pub mod demo;
mod error;
pub mod figures;
pub mod game_acts;
pub mod grants;
pub mod hand_over;
mod inspect;
pub mod job_askers;
pub mod job_lines;
pub mod job_list;
pub mod job_logs;
pub mod job_steps;
pub mod job_subject;
pub mod jobs;
mod kept;
mod migrate;
mod open;
pub mod overlay_builds;
pub mod overlay_items;
pub mod overlay_list;
pub mod overlays;
pub mod played_servers;
pub mod player_sessions;
pub mod public_pages;
pub mod quotas;
pub mod schedules;
pub mod server_care;
pub mod server_crashes;
pub mod server_list;
pub mod server_samples;
pub mod server_state;
pub mod servers;
pub mod sessions;
pub mod setup_links;
pub mod steam_profiles;
pub mod uploads;
pub mod users;
mod version;
pub mod waiting_restarts;
pub mod watched;
pub mod webhooks;
pub mod workshop_items;

pub use copy::copy_to;
pub use error::DbError;
pub use kept::Kept;
pub(crate) use migrate::suffixed;
pub use migrate::{Migrated, Schema, migrate, migrate_by};
pub use open::Db;
pub use version::Version;

/// The result of a statement.
pub type Result<T> = std::result::Result<T, sqlx::Error>;

/// Whether a statement failed because a row with the same key or name exists.
#[must_use]
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_unique_violation())
}
