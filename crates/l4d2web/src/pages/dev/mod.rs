//! Pages that only `l4d2web dev` has: for those who work on the panel.

mod kit;
mod reload;

pub use kit::kit;
pub use reload::reload;
