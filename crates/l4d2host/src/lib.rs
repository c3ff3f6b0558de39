//! The host half of left4me: immutable trees, overlay stacks and the lifecycle of game servers.
//!
//! Everything that the binaries of this crate do is in this library; a binary only parses its arguments
//! and maps an error to an exit code. `docs/architecture.md` has the map.

pub mod beneath;
pub mod cli;
pub mod cpuset;
pub mod doctor;
pub mod ended;
pub mod exit;
pub mod files;
pub mod follow;
pub mod install;
pub mod instance;
pub mod lock;
pub mod name;
pub mod overlay;
pub mod process;
pub mod report;
pub mod root;
pub mod rootcmd;
pub mod spec;
pub mod stack;
pub mod state;
pub mod systemd;
pub mod terminal;
pub mod tree;
mod yaml;
