//! Installing and updating the game with steamcmd.
//!
//! `verb` runs the passes (`run`) on the staging stack and publishes. `output` and `event` understand what steamcmd says,
//! `machine` and `reason` decide what follows and say why; both are pure. `view`, `prune` and `version` read what it left;
//! `screen` shows it while it works.

pub mod error;
pub mod event;
pub mod keyvalues;
pub mod machine;
pub mod output;
pub mod prune;
pub mod reason;
pub mod run;
pub mod screen;
pub mod space;
mod verb;
pub mod version;
pub mod view;

pub use error::InstallError;
pub use verb::install;
