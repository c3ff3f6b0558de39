//! The life of one server: its spec, its pins, its upper layer, and its unit.
//!
//! Every verb holds the instance's lock, does its steps in an order that another run can take up at any point, and ends at
//! the first failure; nothing is rolled back (invariant I6).

mod delete;
mod error;
mod initialize;
mod ownership;
mod reset;
mod restart;
mod stage;
mod start;
mod stop;

pub use delete::delete;
pub use error::InstanceError;
pub use initialize::{initialize, load_spec};
pub use ownership::{Ownership, survey};
pub use reset::reset;
pub use restart::restart;
pub use start::start;
pub use stop::stop;

/// The spec's file in an instance's directory.
pub const SPEC: &str = "spec.yaml";
/// The argument file in an instance's directory.
pub const ARGV: &str = "argv";
