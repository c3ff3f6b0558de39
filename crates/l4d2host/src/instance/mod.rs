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
mod stored;

pub use delete::delete;
pub use error::InstanceError;
pub use initialize::initialize;
pub use ownership::{Ownership, survey};
pub use reset::reset;
pub use restart::restart;
pub use start::start;
pub use stop::stop;
pub use stored::{StoredSpec, load_spec, started_with_another};

/// The spec's file in an instance's directory.
pub const SPEC: &str = "spec.yaml";
/// The argument file in an instance's directory.
pub const ARGV: &str = "argv";
/// The copy, in an instance's directory, of the spec that it was started with.
pub const STARTED: &str = "started.yaml";
