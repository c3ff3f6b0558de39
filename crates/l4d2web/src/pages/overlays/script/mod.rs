//! What a script overlay is made of: a script, which runs in a box of its own on the machine.

mod panel;
mod save;

pub(super) use panel::panel;
pub use save::save;
