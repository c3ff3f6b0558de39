//! Immutable trees (invariant I1): what is current, how a build becomes a tree, and which trees may go.

pub mod attributes;
pub mod clone;
pub mod current;
pub mod error;
pub mod gc;
pub mod merge;
pub mod pins;
pub mod prune;
pub mod publish;
pub mod settle;

pub use error::TreeError;
