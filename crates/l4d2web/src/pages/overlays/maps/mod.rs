//! What the overlay of a collection is made of: its maps, with what came of fetching each.

mod all;
mod panel;
mod row;

pub use all::all;
pub(super) use panel::{fragments, panel};
