//! What is kept of what was seen, for graphs: runs of the same, fine for a day, coarse for a month. Pure; `db::server_samples` has the rows.

mod moment;
mod run;
mod sample;
mod thin;

pub use moment::Moment;
pub use run::Run;
pub use sample::{Figures, Sample};
pub use thin::thin;

/// A fine sample is at most about so long, in seconds.
pub const FINE: i64 = 300;
/// A coarse one is about so long.
pub const COARSE: i64 = 3600;
/// When nothing was seen for longer than this, there is a gap: a map change may take 40 s.
pub const GAP: i64 = 60;
/// Gaps that are shorter than this do not show after a day.
pub const COARSE_GAP: i64 = 300;
/// How long samples stay fine.
pub const FINE_FOR: i64 = 86_400;
/// How long samples, and sessions of players, are kept at all.
pub const KEPT_FOR: i64 = 30 * 86_400;
