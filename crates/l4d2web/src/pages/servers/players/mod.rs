//! The Players tab of a server's page: who plays, who played lately, and graphs of how it got on.

mod avatar;
mod graphs;
mod lately;
mod now;
mod show;

pub use avatar::avatar;
pub use show::{Spanned, players};
pub(in crate::pages::servers) use show::{fragments, span_of};
