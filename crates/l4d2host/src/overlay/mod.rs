//! Building overlays: from the web's cache by links, from the files that people edit, or by a script in its unit.
//!
//! `plan` and `parse` are what a build file says. `links`, `snapshot` and `script` fill the upper layer; `verb` does what
//! is around that, and publishes. `tally` counts, `limits` says when it is too much.

mod delete;
mod error;
mod figures;
mod limits;
mod links;
mod parse;
mod plan;
mod script;
mod snapshot;
mod status;
mod tally;
mod unit;
mod verb;

pub use delete::delete;
pub use error::OverlayError;
pub use figures::Figures;
pub use limits::{Excess, Limits};
pub use parse::{Parsed, parse};
pub use plan::{BUILD_FILE_MAX, Kind, Plan, SourcePath, TreePath};
pub use status::{OverlayStatus, status};
pub use verb::build;

/// Names that begin so are of the panel's own files in `files/<id>/`, such as an upload that is not complete.
pub const PANELS_OWN: &str = ".left4me-";
