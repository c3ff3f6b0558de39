//! What is pushed to open pages: the bus of changes, and streams of them.

mod bus;

pub use bus::{Bus, Change};
