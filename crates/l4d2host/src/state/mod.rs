//! What servers do and did: states, records, logs. Nothing here changes anything, and nothing but the journal needs root.
//!
//! Everything that is asked of systemd is one `systemctl list-units` for all servers; the rest is read from files that
//! `initialize`, `start` and the mount helper leave.

mod entry;
mod error;
mod last;
mod layers;
mod lines;
mod list;
mod logs;
mod reason;
mod started;
mod status;
mod wait;
mod watch;
mod word;

pub use entry::Entry;
pub use error::StateError;
pub use last::Last;
pub use layers::{LayerStatus, Resolver, Wanted, reference_of};
pub use list::{Listed, list, names};
pub use logs::{LogOptions, logs};
pub use status::{Status, status, statuses, statuses_with_restarts};
pub use watch::{Change, watch};
pub use word::State;
