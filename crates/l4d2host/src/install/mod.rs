//! Installing and updating the game with steamcmd.
//!
//! `verb` runs the passes (`run`) on the staging stack and publishes. `output` and `event` understand what steamcmd says,
//! `machine` and `reason` decide what follows and say why; both are pure. `view` and `version` read what it left;
//! `screen` shows it while it works. `installed` and `latest` say which build there is here, and at Steam (`appinfo`).

mod appinfo;
pub mod error;
pub mod event;
mod installed;
pub mod keyvalues;
mod latest;
pub mod machine;
pub mod output;
pub mod reason;
pub mod run;
pub mod screen;
pub mod space;
mod verb;
pub mod version;
pub mod view;

pub use error::InstallError;
pub use installed::Installed;
pub use latest::Latest;
pub use verb::install;
