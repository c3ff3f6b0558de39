//! The answers of `l4d2ctl` as types, one file a verb. Keys that are not known are ignored; the golden files that the host's
//! own tests read pin those that are.

mod change;
mod doctor;
mod files;
mod game;
mod list;
mod log;
mod overlay_status;
mod status;

pub use change::Change;
pub use doctor::{Check, Level};
pub use files::{FileEntry, Kind, LayerInfo, Listing};
pub use game::{Game, Installed, Latest};
pub use list::Listed;
pub use log::LogLine;
pub use overlay_status::OverlayStatus;
pub use status::{LayerStatus, State, Status};

/// For tests: a golden file is read, and what was read says the same as the file.
#[cfg(test)]
fn check_golden<T: serde::de::DeserializeOwned + serde::Serialize>(golden: &str) -> T {
    let read: T = serde_json::from_str(golden).expect("the golden file has this shape");
    let again = serde_json::to_value(&read).expect("it can be written");
    let golden: serde_json::Value = serde_json::from_str(golden).expect("the golden file is JSON");
    assert_eq!(again, golden, "left: what the panel understood; right: what the host prints");
    read
}
