//! The queue of work for the host: the table `jobs`, its rules and its workers.
//!
//! [`rules`] says what may run together.

mod kind;
pub mod rules;

pub use kind::{JobState, Kind, Lane, Work};
